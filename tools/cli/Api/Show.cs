using System.Text.Json;
using Spectre.Console;

namespace EdgeFleet.Cli.Api;

/// <summary>A column of a table: its heading and what a row has there.</summary>
internal sealed record Column(string Heading, Func<JsonElement, string?> Value)
{
    /// <summary>A column of one member, such as <c>device.name</c>.</summary>
    public static Column Of(string heading, string path) => new(heading, row => row.Text(path));

    /// <summary>A column of one time.</summary>
    public static Column Time(string heading, string path) => new(heading, row => row.Time(path));
}

/// <summary>Answers on paper: tables for people, JSON for scripts.</summary>
internal sealed class Show(TextWriter output, bool json)
{
    /// <summary>Whether the answer is for a script.</summary>
    public bool IsJson => json;

    public TextWriter Output => output;

    /// <summary>A list; its rows as a table, and how many there are where they are not all shown.</summary>
    public void List(JsonElement answer, string noun, params ReadOnlySpan<Column> columns)
    {
        if (json)
        {
            Json(answer);
            return;
        }
        JsonElement[] rows = [.. answer.Rows()];
        if (rows.Length == 0)
        {
            output.WriteLine($"no {noun}s");
            return;
        }
        Table table = new Table().Border(TableBorder.Simple);
        foreach (Column column in columns)
            table.AddColumn(new TableColumn(Markup.Escape(column.Heading)));
        foreach (JsonElement row in rows)
        {
            string[] cells = new string[columns.Length];
            for (int i = 0; i < cells.Length; i++)
                cells[i] = Cell(columns[i].Value(row));
            table.AddRow(cells);
        }
        Console().Write(table);
        if (answer.At("total") is { ValueKind: JsonValueKind.Number } total && total.GetInt32() > rows.Length)
            output.WriteLine($"{rows.Length} of {total} {noun}s; --top gives more.");
    }

    /// <summary>One thing; its values below each other.</summary>
    public void One(JsonElement answer, params ReadOnlySpan<Column> fields)
    {
        if (json)
        {
            Json(answer);
            return;
        }
        Grid grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (Column field in fields)
        {
            if (field.Value(answer) is { Length: > 0 } value)
                grid.AddRow(Markup.Escape(field.Heading), Cell(value));
        }
        Console().Write(grid);
    }

    /// <summary>A sentence for people; for scripts the answer.</summary>
    public void Done(JsonElement answer, string sentence)
    {
        if (!json)
            output.WriteLine(sentence);
        else if (answer.ValueKind != JsonValueKind.Undefined)
            Json(answer);
    }

    public void Json(JsonElement answer) => output.WriteLine(JsonSerializer.Serialize(answer, Api.Json.Printed));

    // What a device or a person wrote must not move the terminal's cursor.
    private static string Cell(string? value) =>
        Markup.Escape(new string([.. (value ?? "").Select(c => char.IsControl(c) ? ' ' : c)]));

    private IAnsiConsole Console()
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        // A page of paper, where nobody looks at a terminal: wide enough that no id is broken.
        if (!console.Profile.Out.IsTerminal)
            console.Profile.Width = 200;
        return console;
    }
}
