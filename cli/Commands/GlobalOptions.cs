using System.CommandLine;

namespace VideoGrain.Cli.Commands;

/// <summary>Options that every command takes.</summary>
internal static class GlobalOptions
{
    /// <summary>Environment variable with the orchestrator's address.</summary>
    public const string AddressVariable = "VIDEOGRAIN_ADDRESS";

    /// <summary>Environment variable with the caller's key.</summary>
    public const string KeyVariable = "VIDEOGRAIN_API_KEY";

    /// <summary>Where the orchestrator is.</summary>
    public static Option<string?> Address { get; } = new("--address", "-a")
    {
        Description = $"Address of the orchestrator, such as http://127.0.0.1:5080; else ${AddressVariable}.",
        Recursive = true,
        HelpName = "URL",
    };

    /// <summary>Results for machines.</summary>
    public static Option<bool> Json { get; } = new("--json") { Description = "Write results as JSON, one document a line.", Recursive = true };
}
