"""Which column of a file holds what: by its heading, or by a mapping file.

A mapping file is TOML; headings (columns of a CSV file, properties of cards, names in objects) stand on the left,
fields on the right:

    [columns]
    "Kundennummer" = "account"
    "Vorname" = "first_name"
    "Internal code" = "ignore"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from data.customers.folding import words_of
from data.models.base import Value


class ImportRefused(Exception):
    """The import did not take place; the message is one sentence for a person. Nothing was changed."""


class Field(StrEnum):
    """What a column can be."""

    ID = "id"
    ACCOUNT = "account"
    NAME = "name"
    FIRST_NAME = "first_name"
    MIDDLE_NAME = "middle_name"
    LAST_NAME = "last_name"
    COMPANY = "company"
    PERSON = "person"
    """Somebody at the customer."""
    MONEY = "money"
    """Whether the person named before it may discuss money: yes or no."""
    ROLE = "role"
    """What the person named before it is there."""
    PHONE = "phone"
    MOBILE = "mobile"
    FAX = "fax"
    EMAIL = "email"
    STREET = "street"
    CITY = "city"
    STATE = "state"
    POSTCODE = "postcode"
    NODE = "node"
    PLAN = "plan"
    WEBSITE = "website"
    NOTES = "notes"
    SINCE = "since"
    FLAGS = "flags"
    EXTRA = "extra"
    """Kept under its heading."""
    IGNORE = "ignore"


_HEADINGS: dict[Field, str] = {
    Field.ID: "id customerid custid clientid recordid contactid uuid guid",
    Field.ACCOUNT: "account accountnumber accountno accountid accountcode acct acctno acctnumber customernumber customerno"
    " clientnumber membernumber memberno memberid membershipnumber",
    Field.NAME: "name fullname customername customer client clientname displayname contactname membername",
    Field.FIRST_NAME: "firstname first givenname given forename",
    Field.MIDDLE_NAME: "middlename middle middleinitial",
    Field.LAST_NAME: "lastname last surname familyname family",
    Field.COMPANY: "company companyname organisation organization organisationname organizationname org business"
    " businessname site sitename employer firm",
    Field.PERSON: "person contact contactperson primarycontact people contacts peoplename contactsname personname",
    Field.MONEY: "money maydiscussmoney maydiscussbilling discussmoney billingcontact peoplemoney contactsmoney"
    " contactmoney personmoney",
    Field.ROLE: "peoplerole contactsrole contactrole personrole",
    Field.PHONE: "phone phonenumber phoneno telephone telephonenumber telno tel homephone workphone businessphone"
    " officephone mainphone primaryphone otherphone landline home work callerid phones phonesnumber phonesraw phonesvalue",
    Field.MOBILE: "mobile mobilephone mobilenumber mobileno cell cellphone cellnumber cellular mobiles",
    Field.FAX: "fax faxnumber",
    Field.EMAIL: "email emailaddress mail mailaddress emails emailsaddress emailsvalue",
    Field.STREET: "street streetaddress address addressline addr streetline addressstreet",
    Field.CITY: "city town cityarea locality suburb village cityname addresscity",
    Field.STATE: "state province region county addressstate",
    Field.POSTCODE: "postcode postalcode zip zipcode plz addresspostcode addresspostalcode addresszip",
    Field.NODE: "node nodename networknode accessnode",
    Field.PLAN: "plan plantype planname membership membershiptype subscription package tariff",
    Field.WEBSITE: "website web webaddress url homepage www",
    Field.NOTES: "notes note comment comments remark remarks description",
    Field.SINCE: "since created createdat createdon datecreated joined joinedat joindate customersince membersince"
    " signupdate startdate",
    Field.FLAGS: "flags flag conduct conductflags",
}
_KNOWN = {heading: field for field, headings in _HEADINGS.items() for heading in headings.split()}
_COUNTED = re.compile(r"[0-9]+$")


class ColumnMapping(Value):
    """Headings of a file and the field of each; headings that are not named go by the default."""

    columns: dict[str, Field]

    def field_of(self, heading: str) -> Field:
        """The field of a column."""
        named = self._by_key.get(_key(heading))
        return named if named is not None else default_field(heading)

    @property
    def _by_key(self) -> dict[str, Field]:
        return {_key(heading): field for heading, field in self.columns.items()}


def _key(heading: str) -> str:
    return "".join(words_of(heading)) or heading.strip()


def default_field(heading: str) -> Field:
    """What a heading says by itself: `Phone 2` and `E-mail address` are understood, what is unknown is extra."""
    key = _key(heading)
    return _KNOWN.get(key) or _KNOWN.get(_COUNTED.sub("", key)) or Field.EXTRA


def fields_of(headings: Sequence[str], mapping: ColumnMapping | None) -> dict[str, Field]:
    """The field of each heading of a file.

    Raises:
        ImportRefused: no column can give a customer a name, or the mapping names a column that is not there.
    """
    chosen = mapping or ColumnMapping(columns={})
    there = {_key(heading) for heading in headings}
    missing = [heading for heading in chosen.columns if _key(heading) not in there]
    if missing:
        raise ImportRefused(
            f"The mapping names the column “{missing[0]}”, which the file does not have: it has {_few(headings)}."
        )
    fields = {heading: chosen.field_of(heading) for heading in headings}
    if not {Field.NAME, Field.FIRST_NAME, Field.LAST_NAME, Field.COMPANY} & set(fields.values()):
        raise ImportRefused(
            f"No column of the file holds names (it has {_few(headings)}): its first line must name the columns,"
            " or a mapping file must say which one is the name."
        )
    return fields


def _few(headings: Sequence[str]) -> str:
    shown = ", ".join(f"“{heading[:30]}”" for heading in headings[:6])
    return shown + (" and others" if len(headings) > 6 else "") if headings else "none"


def read_mapping(path: Path) -> ColumnMapping:
    """The mapping that a TOML file holds.

    Raises:
        ImportRefused: unreadable, not TOML, without `[columns]`, or a field that there is not.
    """
    try:
        held = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ImportRefused(f"The mapping file {path} cannot be read ({error.strerror}).") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ImportRefused(f"The mapping file {path} is not TOML ({error}).") from error
    columns = held.get("columns")
    if not isinstance(columns, dict):
        raise ImportRefused(
            f"The mapping file {path} has no [columns] part: write one line “heading” = “field” a column."
        )
    for heading, field in columns.items():
        if field not in set(Field):
            raise ImportRefused(
                f"The mapping file {path} gives “{heading}” the field “{field}”, which there is not: "
                f"the fields are {', '.join(Field)}."
            )
    return ColumnMapping(columns={heading: Field(field) for heading, field in columns.items()})
