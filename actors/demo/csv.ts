/**
 * CSV as RFC 4180 has it: quotes, doubled quotes, commas and line breaks inside quotes.
 *
 * Turns a text into records named by the header line. It knows nothing of what the fields mean.
 */

/** A file that does not hold what it should: which line, and what was expected there. */
export class InputError extends Error {
  override readonly name = 'InputError'
}

export type CsvRecord = Readonly<Record<string, string>>

/**
 * Parses a whole file. A byte order mark is skipped, blank lines too; lines end in LF or CRLF.
 *
 * @param source - Names the text in errors: the file's path.
 * @param columns - Those that the caller reads; others may be there as well.
 * @throws {InputError} when a column is missing, a record has another number of fields than the
 *   header, or a quote is not closed.
 */
export function parseCsv(text: string, source: string, columns: readonly string[]): CsvRecord[] {
  const [header, ...records] = splitCsv(text.replace(/^\uFEFF/, ''), source)
  if (header === undefined) throw new InputError(`${source}: expected a header line, found nothing`)
  for (const column of columns) {
    if (header.includes(column)) continue
    throw new InputError(`${source}: expected a column '${column}', found ${header.join(', ')}`)
  }
  return records.map((fields, at) => toRecord(header, fields, `${source}, record ${at + 1}`))
}

function toRecord(header: readonly string[], fields: readonly string[], where: string): CsvRecord {
  if (fields.length !== header.length) {
    throw new InputError(`${where}: expected ${header.length} fields, found ${fields.length}`)
  }
  return Object.fromEntries(header.map((column, at) => [column, fields[at]!]))
}

/** One field and what ends it: quoted (1) or plain (2), then a comma, a line end or the end (3). */
const fieldPattern = /(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n]*))(,|\r?\n|$)/y

/** The fields of every line that has any. */
function splitCsv(text: string, source: string): string[][] {
  const records: string[][] = []
  let fields: string[] = []
  fieldPattern.lastIndex = 0
  while (fieldPattern.lastIndex < text.length || fields.length > 0) {
    const start = fieldPattern.lastIndex
    const match = fieldPattern.exec(text)
    if (match === null)
      throw new InputError(`${source}: expected a field at ${lineAt(text, start)}`)
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2]!)
    if (match[3] === ',') continue
    if (fields.length > 1 || fields[0] !== '') records.push(fields)
    fields = []
  }
  return records
}

function lineAt(text: string, offset: number): string {
  return `line ${text.slice(0, offset).split('\n').length}, an unclosed or stray quote is there`
}
