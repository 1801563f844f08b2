using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace VideoGrain.Segmentation.Models;

/// <summary>Reads and checks model profiles.</summary>
internal static class ProfileReader
{
    public const string FileName = "profile.yaml";

    private const long MaxFileBytes = 1 << 18;
    private const int MaxSide = 8192;
    private const int MaxClasses = 10_000;
    private const int MaxNetworks = 8;
    private const int MaxCleanUpRadius = 32;

    private static readonly IDeserializer Yaml = new DeserializerBuilder()
        .WithNamingConvention(UnderscoredNamingConvention.Instance)
        .WithEnforceRequiredMembers()
        .Build();

    /// <summary>Reads a profile.</summary>
    /// <param name="path">The <c>profile.yaml</c>.</param>
    /// <returns>The profile; a model with one file has it as its only network.</returns>
    /// <exception cref="ModelProfileException">The profile is not valid; the message names file, line and key.</exception>
    public static ModelProfile Read(string path)
    {
        // Callers learn which model is at fault, not where the models lie.
        var shown = Path.Combine(Path.GetFileName(Path.GetDirectoryName(path)) ?? "", FileName);
        ModelProfile? profile;
        try
        {
            if (new FileInfo(path).Length > MaxFileBytes)
                throw new ModelProfileException($"{shown}: larger than {MaxFileBytes} bytes.");
            profile = Yaml.Deserialize<ModelProfile?>(File.ReadAllText(path));
        }
        catch (YamlException error)
        {
            throw new ModelProfileException($"{shown}: line {error.Start.Line}: {error.InnerException?.Message ?? error.Message}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ModelProfileException($"{shown}: {error.GetType().Name}", error);
        }

        if (profile == null)
            throw new ModelProfileException($"{shown}: empty.");
        return Check(shown, profile);
    }

    private static ModelProfile Check(string shown, ModelProfile profile)
    {
        void Require(bool condition, string rule)
        {
            if (!condition)
                throw new ModelProfileException($"{shown}: {rule}.");
        }

        Require(profile.Name is { Length: > 0 and <= 64 }, "name: 1 to 64 characters");
        Require(profile.Licence.Length > 0 && profile.Source.Length > 0, "licence and source must not be empty");
        Require(profile.Classes.Count <= MaxClasses && profile.Classes.All(c => c.Length is > 0 and <= 64), $"classes: at most {MaxClasses}, each 1 to 64 characters");
        Require(profile.Classes.Distinct(StringComparer.OrdinalIgnoreCase).Count() == profile.Classes.Count, "classes: each once");
        Require(profile.BackgroundClass.Length == 0 || profile.Classes.Contains(profile.BackgroundClass), "background_class: one of classes");
        Require(
            profile.Parts.All(p => p != profile.BackgroundClass && profile.Classes.Contains(p)) && profile.Parts.Distinct().Count() == profile.Parts.Count,
            "parts: each one of classes, not the background, and once");
        Require(profile.Parts.Count == 0 || profile.Parts.Count < profile.ObjectClasses.Count, "parts: at least one class must be a whole object");
        Require(profile.ScoreThreshold is >= 0 and <= 1, "score_threshold: 0 to 1");
        Require(profile.MinArea is >= 0 and <= 1, "min_area: 0 to 1");
        Require(profile.MinPartArea is >= 0 and <= 1, "min_part_area: 0 to 1");
        Require(profile.CleanUpRadius is >= 0 and <= MaxCleanUpRadius, $"clean_up_radius: 0 to {MaxCleanUpRadius}");
        if (profile.Networks.Count == 0)
        {
            Require(profile.Input != null, "input is required");
            profile = profile with
            {
                Networks = new() { [ModelProfile.OnlyNetwork] = new NetworkProfile { File = profile.File, Input = profile.Input, Outputs = profile.Outputs } },
            };
            Check(profile.Networks[ModelProfile.OnlyNetwork], "", Require);
            return profile;
        }

        Require(profile.Networks.Count <= MaxNetworks, $"networks: at most {MaxNetworks}");
        Require(profile is { File: "", Input: null, Outputs.Count: 0 }, "file, input and outputs belong into networks when there are several");
        foreach (var (name, network) in profile.Networks)
            Check(network, $"networks.{name}.", Require);
        return profile;
    }

    private static void Check(NetworkProfile network, string key, Action<bool, string> require)
    {
        require(
            network.File.Length > 0 && !Path.IsPathRooted(network.File) && !network.File.Split('/', '\\').Contains(".."),
            $"{key}file: a path below the profile's folder");
        if (network.Input is not { } input)
            return;
        require(input.Name.Length > 0, $"{key}input.name: must not be empty");
        require(input.Height is > 0 and <= MaxSide && input.Width is > 0 and <= MaxSide, $"{key}input.height and input.width: 1 to {MaxSide}");
        require(input.Range is 1 or 255, $"{key}input.range: 1 or 255");
        require(input.Mean.Count == 3 && input.Std.Count == 3 && input.Std.All(s => s > 0), $"{key}input.mean and input.std: three numbers, std above 0");
        require(input.Channels is "rgb" or "bgr", $"{key}input.channels: rgb or bgr");
        require(InputFits.Known.Contains(input.Fit), $"{key}input.fit: one of {string.Join(", ", InputFits.Known)}");
        require(input.Padding is >= 0 and <= 255, $"{key}input.padding: 0 to 255");
    }
}
