"""The statements that post a batch as sets. What is put into the text are constants; values go in as parameters."""

from core.numbers import SERIAL_DIGITS
from donations.choices import GIFT_LETTER, DonorKind, GiftKind, NameChoice
from ledger.choices import ENTRY_LETTER

# ruff: noqa: S608 -- see above

RELATION = "posting_gift"
SALTS = "posting_salt"

# The rows to post, in their order, with the ids that entry and gift will have, the fund's account, and what is shown.
PREPARE = f"""
    CREATE TEMP TABLE {RELATION} ON COMMIT DROP AS
    SELECT row_number() OVER (ORDER BY s.row_number) AS seq,
           nextval('ledger_entry_id_seq') AS entry_id,
           nextval('donations_donation_id_seq') AS donation_id,
           %(source)s::bigint AS source_id, a.account_id AS destination_id, %(unit)s::bigint AS unit_id,
           s.amount AS quantity, s.received_on AS occurred_on,
           %(batch_number)s || '#' || s.row_number AS document,
           'gift:' || %(batch_number)s || ':' || lpad(s.row_number::text, 8, '0') AS idempotency_key,
           s.row_number, coalesce(s.fund_id, %(fund)s) AS fund_id, a.fund_code, s.purpose,
           s.donor, s.donor_kind, s.name_choice,
           CASE WHEN s.donor_kind = '{DonorKind.ANONYMOUS.value}' OR s.name_choice = '{NameChoice.ANONYMOUS.value}'
                THEN %(anonymous)s
                WHEN s.donor_kind = '{DonorKind.ORGANISATION.value}' OR s.name_choice = '{NameChoice.REAL.value}'
                THEN s.donor ELSE s.display_name END AS display_name,
           s.remark, s.channel, s.reference, s.voucher_id, s.content_key, s.loose_key
      FROM donations_stagedgift s
      JOIN unnest(%(fund_ids)s::bigint[], %(account_ids)s::bigint[], %(fund_codes)s::text[])
           AS a(fund_id, account_id, fund_code) ON a.fund_id = coalesce(s.fund_id, %(fund)s)
     WHERE s.batch_id = %(batch)s AND s.excluded_reason = '' AND s.duplicate_decision <> 'drop'
     ORDER BY s.row_number
"""


def _number(letter: str, first: str) -> str:
    """The number that core.numbers.format_number would write for a row, as SQL."""
    serial = f"({first} + g.seq - 1)::text"
    padded = f"lpad({serial}, greatest({SERIAL_DIGITS}, length({serial})), '0')"
    return f"%(branch_code)s || '-' || %(year)s || '-{letter}' || {padded}"


NUMBER = _number(GIFT_LETTER, "%(first)s")
ENTRY_NUMBER = _number(ENTRY_LETTER, "%(first_entry)s")

INSERT_DONATIONS = f"""
    INSERT INTO donations_donation (id, branch_id, province_id, city_id, county_id, number, entry_id, batch_id,
        row_number, kind, received_on, posted_at, amount, fund_id, purpose, donor_name, donor_kind, name_choice,
        display_name,
        display_bigrams, remark, channel, reference, voucher_id, content_key, loose_key, is_recorded_for)
    SELECT g.donation_id, %(branch)s, %(province)s, %(city)s, %(county)s, {NUMBER}, g.entry_id, %(batch)s, g.row_number,
           '{GiftKind.MONEY.value}', g.occurred_on, %(posted_at)s, g.quantity, g.fund_id, g.purpose, g.donor,
           g.donor_kind, g.name_choice, g.display_name, n.bigrams, g.remark, g.channel, g.reference, g.voucher_id,
           g.content_key,
           g.loose_key, %(recorded_for)s
      FROM {RELATION} g
      JOIN (SELECT display_name, core_bigrams(display_name) AS bigrams
              FROM (SELECT DISTINCT display_name FROM {RELATION}) d) n USING (display_name)
     ORDER BY g.seq
"""

# What the record only commits to, canonical JSON: every column of the gift, its entry and its movement that no public
# column shows and that nobody may change (donations.services.recorded reads the same from the rows).
PRIVATE = """
    '{"approved_by":' || %(approver)s || ',"batch":' || to_json(%(batch_number)s::text)
    || ',"channel":' || to_json(g.channel) || ',"city":' || coalesce(%(city)s::bigint::text, 'null')
    || ',"content_key":"' || encode(g.content_key, 'hex')
    || '","county":' || coalesce(%(county)s::bigint::text, 'null')
    || ',"document":' || to_json(g.document) || ',"donor":' || to_json(g.donor)
    || ',"entry_key":' || to_json(g.idempotency_key) || ',"gift_kind":"money","group":' || to_json(%(group)s::text)
    || ',"in_from":"' || m.in_from || '","loose_key":"' || encode(g.loose_key, 'hex')
    || '","made_by":' || %(maker)s || ',"posted_at":"' || %(posted_exact)s
    || '","province":' || coalesce(%(province)s::bigint::text, 'null')
    || ',"recorded_for":' || CASE WHEN %(recorded_for)s THEN 'true' ELSE 'false' END
    || ',"reference":' || to_json(g.reference) || ',"remark":' || to_json(g.remark)
    || ',"row":' || g.row_number || ',"voucher":' || coalesce(to_json(g.voucher_id::text)::text, 'null') || '}'
"""

# The public record of a gift, canonical JSON (RFC 8785: keys sorted, no spaces; to_json writes strings as it asks).
# `donor` is an organisation's name or null; a natural person stands only as a commitment (docs/log.md).
RECORD = f"""
    '{{"amount":"' || g.quantity::numeric(14,2) || '","branch":' || to_json(%(branch_code)s::text)
    || ',"currency":"CNY","donor":'
    || CASE WHEN g.donor_kind = '{DonorKind.ORGANISATION.value}' AND g.name_choice <> '{NameChoice.ANONYMOUS.value}'
            THEN to_json(g.donor)::text ELSE 'null' END
    || ',"donor_commitment":"' || encode(sha256(t.salt || convert_to(g.donor, 'UTF8')), 'hex')
    || '","donor_kind":"' || g.donor_kind
    || '","entry":"' || {ENTRY_NUMBER}
    || '","fund":' || to_json(g.fund_code)
    || ',"kind":"gift","number":"' || {NUMBER}
    || '","posted_at":"' || %(posted_text)s
    || '","private_digest":"' || encode(sha256(t.salt || convert_to({PRIVATE}, 'UTF8')), 'hex')
    || '","purpose":"' || g.purpose
    || '","received_on":"' || g.occurred_on
    || '","schema":"gift/2"}}'
"""

INSERT_RECORDS = f"""
    INSERT INTO core_publicrecord (uuid, kind, subject, object_id, branch_code, record, leaf_hash, sealed_salt,
        created_at)
    SELECT r.uuid, 'gift', r.number, r.entry_id, %(branch_code)s, r.record,
           sha256('\\x00'::bytea || convert_to(r.record, 'UTF8')), r.sealed, %(posted_at)s
      FROM (SELECT t.uuid, t.sealed, g.entry_id, g.seq, {NUMBER} AS number, {RECORD} AS record
              FROM {RELATION} g JOIN {SALTS} t ON t.seq = g.seq
              JOIN ledger_movement m ON m.entry_id = g.entry_id) r
     ORDER BY r.seq
"""

ADD_TO_TOTALS = f"""
    INSERT INTO donations_dailytotal (branch_id, province_id, city_id, county_id, fund_id, kind, received_on,
        gift_count, amount)
    SELECT %(branch)s, %(province)s, %(city)s, %(county)s, g.fund_id, '{GiftKind.MONEY.value}', g.occurred_on,
           count(*), sum(g.quantity)
      FROM {RELATION} g GROUP BY g.fund_id, g.occurred_on ORDER BY g.fund_id, g.occurred_on
    ON CONFLICT ON CONSTRAINT dailytotal_once
    DO UPDATE SET gift_count = donations_dailytotal.gift_count + EXCLUDED.gift_count,
                  amount = donations_dailytotal.amount + EXCLUDED.amount
"""
