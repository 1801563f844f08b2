using System.CommandLine;
using VideoGrain.Cli.Client;
using VideoGrain.Cli.Hosting;
using VideoGrain.Cli.Output;
using VideoGrain.Cli.Specification;

namespace VideoGrain.Cli.Commands;

/// <summary>What a running command works with.</summary>
internal sealed class CommandContext
{
    private readonly ParseResult _parsed;

    public CommandContext(ParseResult parsed, Terminal terminal, TimeProvider time)
    {
        _parsed = parsed;
        Terminal = terminal;
        Time = time;
    }

    public Terminal Terminal { get; }

    public TimeProvider Time { get; }

    /// <summary>The specification that was sent, so that a refusal can name its lines.</summary>
    public SourceMap? Places { get; set; }

    public T? Get<T>(Option<T> option) => _parsed.GetValue(option);

    public T? Get<T>(Argument<T> argument) => _parsed.GetValue(argument);

    /// <summary>The address that the user gave; null for none.</summary>
    public Uri? GivenAddress
    {
        get
        {
            string? text = Get(GlobalOptions.Address) ?? Environment.GetEnvironmentVariable(GlobalOptions.AddressVariable);
            if (string.IsNullOrEmpty(text))
                return null;
            return Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https" ? address
                : throw CommandException.Of(ExitCodes.Usage, "ADDRESS_INVALID", $"'{text}' is no address such as http://127.0.0.1:{Ports.DefaultBase}.");
        }
    }

    /// <summary>A client of the given orchestrator, or of the one that <c>serve</c> starts by default.</summary>
    public EditClient Connect(Uri? address = null) => new(
        address ?? GivenAddress ?? Ports.Orchestrator(Ports.DefaultBase),
        Environment.GetEnvironmentVariable(GlobalOptions.KeyVariable),
        Time);
}
