using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;
using Spectre.Console;

namespace VideoGrain.Cli.Output;

/// <summary>
/// Where a command writes: results to standard output, everything for people's eyes on the way to standard error, so that
/// results can be piped. With <c>--json</c> a result is one JSON document a line.
/// </summary>
internal sealed class Terminal
{
    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true));
    private static readonly JsonSerializerOptions Plain = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Creates a terminal.</summary>
    /// <param name="output">Standard output.</param>
    /// <param name="error">Standard error.</param>
    /// <param name="json">Whether results are written for machines.</param>
    /// <param name="interactive">Whether a person watches standard error, on something that can redraw.</param>
    public Terminal(TextWriter output, TextWriter error, bool json, bool interactive)
    {
        Output = output;
        Error = error;
        Json = json;
        Interactive = interactive && !json;
        Tables = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        Progress = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });
        if (!interactive)
        {
            // A file has no width; tables must not be cut to that of a guessed window.
            Tables.Profile.Width = 200;
            Tables.Profile.Capabilities.Ansi = false;
        }
    }

    public TextWriter Output { get; }

    public TextWriter Error { get; }

    public bool Json { get; }

    public bool Interactive { get; }

    public IAnsiConsole Tables { get; }

    public IAnsiConsole Progress { get; }

    /// <summary>Writes a message of the contract as one line of JSON.</summary>
    public void WriteJson(IMessage message) => Output.WriteLine(Formatter.Format(message));

    /// <summary>Writes a value as one line of JSON, keys in snake_case.</summary>
    public void WriteJson(object value) => Output.WriteLine(JsonSerializer.Serialize(value, Plain));

    /// <summary>Writes a failure: a line of JSON for machines, plain lines for people.</summary>
    public void WriteFailure(Failure failure)
    {
        if (Json)
        {
            Error.WriteLine(JsonSerializer.Serialize(new { Error = failure }, Plain));
            return;
        }

        foreach (string line in failure.Lines)
            Error.WriteLine(line);
    }
}
