using System.CommandLine;

namespace VideoGrain.Cli.Commands;

/// <summary>Arguments that several commands share.</summary>
internal static class EditArguments
{
    public static Argument<string> Id() => new("ID") { Description = "The edit's id, as submit printed it." };

    public static Argument<string> Specification() => new("SPEC") { Description = "The edit specification, a YAML file." };

    public static Option<string> OutputFolder() => new("--out", "-o")
    {
        Description = "Folder for results; made if it is not there.",
        DefaultValueFactory = _ => "out",
        HelpName = "DIR",
    };
}
