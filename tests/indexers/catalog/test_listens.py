"""Listens from tables as people have them."""

import gzip

import pytest

from indexers.catalog.listens import Columns, read_listens
from indexers.errors import InputError

HETREC = "userID\tartistID\tweight\n2\t51\t13883\n2\t52\t11690\n7\t51\t3\n"


def table(folder, text, name="plays.dat"):
    path = folder / name
    path.write_bytes(gzip.compress(text.encode()) if name.lower().endswith(".gz") else text.encode())
    return path


@pytest.mark.parametrize("name", ["plays.dat", "plays.tsv", "plays.txt", "plays.dat.gz", "PLAYS.DAT.GZ"])
def test_the_usual_headings_are_found(tmp_path, name):
    listens = read_listens(table(tmp_path, HETREC, name))
    assert listens.users == ("2", "7")
    assert listens.items == listens.names == ("51", "52")
    assert listens.counts.toarray().tolist() == [[13883.0, 11690.0], [3.0, 0.0]]


def test_lines_about_the_same_pair_add_up_and_zeros_are_no_listens(tmp_path):
    text = "user,track,plays\na,x,2\nb,y,0\na,x,16777217\nb,x,1\n"
    listens = read_listens(table(tmp_path, text, "plays.csv"))
    assert listens.users == ("a", "b")
    assert listens.items == ("x",)
    assert listens.counts.toarray().tolist() == [[16777219.0 + 1.0], [1.0]]  # the nearest float32


def test_quotes_and_other_separators(tmp_path):
    quoted = 'User Name;Song;Count\n"ann; the first";"One, Two";3\n'
    assert read_listens(table(tmp_path, quoted, "a.csv")).items == ("One, Two",)
    colons = read_listens(table(tmp_path, "1::10::5\n2::10::1\n"), Columns("1", "2", "3"))
    assert (colons.users, colons.counts.toarray().ravel().tolist()) == (("1", "2"), [5.0, 1.0])
    apostrophe = read_listens(table(tmp_path, 'user\titem\n1\t12" mix\n'))
    assert apostrophe.items == ('12" mix',)


def test_without_counts_a_line_is_one_listen(tmp_path):
    listens = read_listens(table(tmp_path, "user,item,when\nu,a,2009\nu,a,2010\nu,b,2011\n", "log.csv"))
    assert listens.counts.toarray().tolist() == [[2.0, 1.0]]
    numbered = read_listens(table(tmp_path, "u,a,2009\nu,b,2010\n", "log.csv"), Columns("1", "2"))
    assert numbered.counts.toarray().tolist() == [[1.0, 1.0]]


def test_columns_by_name_and_names_of_items(tmp_path):
    text = "weight,listener_no,what\n3,u,8\n2,u,9\n"
    names = table(tmp_path, "id\tname\turl\n8\tDuran Duran\thttp://x\n5\tAir\n", "artists.dat")
    listens = read_listens(table(tmp_path, text, "a.csv"), Columns("listener_no", "what"), names)
    assert listens.names == ("Duran Duran", "9")
    assert listens.counts.toarray().tolist() == [[3.0, 2.0]]


def test_names_need_their_headings(tmp_path):
    names = table(tmp_path, "id\turl\n8\thttp://x\n", "artists.dat")
    with pytest.raises(InputError, match="has no columns id and name, but id, url: rename its headings"):
        read_listens(table(tmp_path, HETREC), names=names)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("user,item,count\na,b,-1\n", r"line 2: a count of -1 is out of range, the least is 0"),
        ("user,item,count\na,b,nan\n", r"line 2: a count of nan is out of range"),
        ("user,item,count\na,b,1\n\na,c,many\n", r"line 4: a count of 'many' is no number"),
        ("user,item,count\na,b\n", r"line 2: 2 columns of the 3"),
        ("user,item,count\n,b,1\n", r"line 2: no user or no item"),
        ("user,item,count\na,b,0\n", r"holds no listen"),
        ("", r"no column for the user; there are none"),
        ("who,item\na,b\n", r"no column for the user; there are who, item: name it with --user-column"),
        ("user,thing\na,b\n", r"no column for the item"),
    ],
)
def test_bad_tables_are_told_in_one_line(tmp_path, text, message):
    with pytest.raises(InputError, match=message) as caught:
        read_listens(table(tmp_path, text, "plays.csv"))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("column", ["counts", "9", "0"])
def test_a_column_that_is_not_there(tmp_path, column):
    with pytest.raises(InputError, match=f"no column '{column}'; there are user, item"):
        read_listens(table(tmp_path, "user,item\na,b\n", "plays.csv"), Columns(count=column))


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(InputError, match=r"is not one of \.csv"):
        read_listens(tmp_path / "plays.parquet")
    with pytest.raises(InputError, match="cannot be read"):
        read_listens(tmp_path / "absent.csv")
    (tmp_path / "torn.csv.gz").write_bytes(gzip.compress(HETREC.encode())[:-9])
    with pytest.raises(InputError, match="cannot be read"):
        read_listens(tmp_path / "torn.csv.gz")
    (tmp_path / "plain.csv.gz").write_text("user,item\na,b\n")
    with pytest.raises(InputError, match="cannot be read"):
        read_listens(tmp_path / "plain.csv.gz")
    (tmp_path / "latin.csv").write_bytes("user,item\nJosé,b\n".encode("cp1252"))
    with pytest.raises(InputError, match="is not UTF-8"):
        read_listens(tmp_path / "latin.csv")


def test_a_mark_of_byte_order_is_no_part_of_the_heading(tmp_path):
    assert read_listens(table(tmp_path, "\ufeffuser,item\r\na,b\r\n", "plays.csv")).users == ("a",)


def test_the_hetrec_set(shared_data):
    folder = shared_data / "listens" / "lastfm_hetrec"
    listens = read_listens(folder / "user_artists.dat.gz", names=folder / "artists.dat.gz")
    assert listens.counts.shape == (1892, 17632)
    assert listens.counts.nnz == 92834
    assert listens.names[:2] == ("Duran Duran", "Morcheeba")
    assert listens.counts[0, 0] == 13883.0
