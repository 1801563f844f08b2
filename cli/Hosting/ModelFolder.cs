namespace VideoGrain.Cli.Hosting;

/// <summary>Where models are when nobody says.</summary>
internal static class ModelFolder
{
    /// <summary>Environment variable with the folder of the models.</summary>
    public const string Variable = "VIDEOGRAIN_MODELS";

    private const string Name = "models";

    /// <summary>The folder of <see cref="Variable"/>; else <c>models</c> here or in a folder above the program; else <c>models</c>.</summary>
    public static string Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
            return given;
        if (Directory.Exists(Name))
            return Path.GetFullPath(Name);
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (Directory.Exists(Path.Combine(folder, Name, "toybox")))
                return Path.Combine(folder, Name);
        }

        return Name;
    }
}
