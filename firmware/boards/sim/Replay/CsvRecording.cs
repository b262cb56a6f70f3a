using System.Globalization;
using System.Text;

namespace EdgeFleet.Boards.Sim.Replay;

/// <summary>
/// Reads a table of comma-separated values, gzipped or not, whose columns have names. Lines before the names (an
/// instrument's own header) are kept as <see cref="Preamble"/>. A column is known by its name without its unit:
/// <c>PM2.5 (µg/m³)</c> and <c>ACC01_z [g]</c> are PM2.5 and ACC01_z. Cells hold no commas and no line breaks.
/// </summary>
internal sealed class CsvRecording : IDisposable
{
    // An instrument's header has some lines; a file without our columns should not be read to its end in vain.
    private const int MaxPreamble = 50;

    // The longest lines of recordings that we know have 200 characters; a file that is no table may have but one line.
    private const int MaxLine = 64 * 1024;

    private static readonly char[] Separators = [',', ';', '\t'];

    private readonly StreamReader _reader;
    private readonly string _file;
    private readonly Dictionary<string, int> _columns = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _preamble = [];
    private readonly StringBuilder _line = new();
    private int _width;
    private char _separator = ',';
    private bool _again;
    private string[] _cells = [];

    private CsvRecording(string file, StreamReader reader)
    {
        _file = file;
        _reader = reader;
    }

    /// <summary>Lines before the one with the columns' names.</summary>
    public IReadOnlyList<string> Preamble => _preamble;

    /// <summary>Number of the line read last, from 1.</summary>
    public int Line { get; private set; }

    /// <summary>Opens a file and reads up to the line that names <paramref name="firstColumn"/>.</summary>
    public static CsvRecording Open(string file, string firstColumn) => Open(file, csv => csv.ReadHeader(firstColumn));

    /// <summary>
    /// Opens a file of any columns, with commas, semicolons or tabs between them: the first line of more than text is the
    /// first row, and the line before it names the columns where it has as many cells.
    /// </summary>
    public static CsvRecording OpenTable(string file) => Open(file, csv => csv.FindTable());

    private static CsvRecording Open(string file, Action<CsvRecording> readHeader)
    {
        Stream stream;
        try
        {
            stream = Decompress(File.OpenRead(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RecordingException(file, 0, "", e.Message);
        }
        CsvRecording recording = new(file, new StreamReader(stream, Encoding.UTF8));
        try
        {
            readHeader(recording);
        }
        catch
        {
            recording.Dispose();
            throw;
        }
        return recording;
    }

    /// <summary>Columns of a table.</summary>
    public int Width => _width;

    public bool HasColumn(string column) => _columns.ContainsKey(column);

    /// <summary>Place of a column, from 0, by its name or its number from 1.</summary>
    public int IndexOf(string column)
    {
        if (_columns.TryGetValue(column, out int named))
            return named;
        if (int.TryParse(column, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= _width)
            return number - 1;
        throw new RecordingException(_file, 0, column, _columns.Count == 0
            ? $"there is no such column; the file has {_width}, without names"
            : $"there is no such column; the file has {string.Join(", ", _columns.Keys)}");
    }

    /// <summary>The number in a cell; NaN where the cell is empty or says so.</summary>
    public double NumberAt(int index)
    {
        string text = index < _cells.Length ? _cells[index].Trim().Trim('"') : "";
        if (text.Length == 0 || text.Equals("nan", StringComparison.OrdinalIgnoreCase))
            return double.NaN;
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) || !double.IsFinite(number))
            throw Fault($"{index + 1}", $"'{text}' is not a number");
        return number;
    }

    /// <summary>Moves to the next line that is not empty; false at the end.</summary>
    public bool TryReadRow()
    {
        if (_again)
        {
            _again = false;
            return true;
        }
        while (NextLine() is { } line)
        {
            if (line.Length == 0)
                continue;
            _cells = line.Split(_separator);
            // A comma too many, of a decimal comma say, would shift all cells behind it by one.
            if (_cells.Length > _width)
                throw Fault("", $"the line has {_cells.Length} cells, and there are names for {_width}");
            return true;
        }
        return false;
    }

    /// <summary>The text of a cell, which may be empty.</summary>
    public string Text(string column)
    {
        if (!_columns.TryGetValue(column, out int index))
            throw new RecordingException(_file, 0, column, "there is no such column");
        if (index >= _cells.Length)
            throw Fault(column, $"the line has only {_cells.Length} cells");
        return _cells[index].Trim().Trim('"');
    }

    /// <summary>The number in a cell; false where the cell is empty.</summary>
    public bool TryNumber(string column, out double number)
    {
        string text = Text(column);
        number = 0;
        if (text.Length == 0)
            return false;
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) || !double.IsFinite(number))
            throw Fault(column, $"'{text}' is not a number");
        return true;
    }

    /// <summary>The time in a cell, Unix milliseconds, of a clock that is <paramref name="utcOffset"/> ahead of UTC.</summary>
    public long Time(string column, string[] formats, TimeSpan utcOffset)
    {
        string text = Text(column);
        if (!DateTime.TryParseExact(text, formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime time))
            throw Fault(column, $"'{text}' is not a time like {formats[0]}");
        return ((time - DateTime.UnixEpoch).Ticks - utcOffset.Ticks) / TimeSpan.TicksPerMillisecond;
    }

    public RecordingException Fault(string column, string fault) => new(_file, Line, column, fault);

    public void Dispose() => _reader.Dispose();

    private static Stream Decompress(FileStream file)
    {
        // RFC 1952: every gzip file begins with these two bytes.
        bool zipped = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        file.Position = 0;
        return zipped ? new WholeGzip(file) : file;
    }

    private void ReadHeader(string firstColumn)
    {
        while (_preamble.Count < MaxPreamble && NextLine() is { } line)
        {
            string[] names = [.. line.Split(',').Select(NameOf)];
            if (names.Contains(firstColumn, StringComparer.OrdinalIgnoreCase))
            {
                _width = names.Length;
                for (int i = 0; i < names.Length; i++)
                    _columns.TryAdd(names[i], i);
                return;
            }
            _preamble.Add(line);
        }
        throw new RecordingException(_file, 0, firstColumn, _preamble.Count == 0
            ? "the file is empty"
            : $"none of the first {_preamble.Count} lines names this column");
    }

    private void FindTable()
    {
        string[]? names = null;
        while (_preamble.Count < MaxPreamble && NextLine() is { } line)
        {
            _separator = Separators.MaxBy(separator => line.Count(c => c == separator));
            string[] cells = line.Split(_separator);
            if (!cells.Any(IsNumber))
            {
                names = cells;
                _preamble.Add(line);
                continue;
            }
            _cells = cells;
            _width = cells.Length;
            _again = true;
            for (int i = 0; names?.Length == _width && i < _width; i++)
                _columns.TryAdd(NameOf(names[i]), i);
            return;
        }
        throw new RecordingException(_file, 0, "", _preamble.Count == 0
            ? "the file is empty"
            : $"there is no number in the first {_preamble.Count} lines");
    }

    private static bool IsNumber(string cell) =>
        double.TryParse(cell.Trim().Trim('"'), NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
        && double.IsFinite(number);

    private static string NameOf(string header)
    {
        int unit = header.IndexOfAny(['(', '[']);
        return (unit < 0 ? header : header[..unit]).Trim().Trim('"');
    }

    private string? NextLine()
    {
        Line++;
        try
        {
            return ReadLine();
        }
        catch (InvalidDataException e)
        {
            throw Fault("", $"the compressed data is damaged: {e.Message}");
        }
        catch (IOException e)
        {
            throw Fault("", e.Message);
        }
    }

    private string? ReadLine()
    {
        _line.Clear();
        int read;
        while ((read = _reader.Read()) >= 0 && read != '\n')
        {
            if (_line.Length == MaxLine)
                throw Fault("", $"the line is longer than {MaxLine} characters");
            _line.Append((char)read);
        }
        if (read < 0 && _line.Length == 0)
            return null;
        if (_line.Length > 0 && _line[^1] == '\r')
            _line.Length--;
        return _line.ToString();
    }
}
