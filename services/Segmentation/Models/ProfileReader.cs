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
    private const int MaxCleanUpRadius = 32;

    private static readonly IDeserializer Yaml = new DeserializerBuilder()
        .WithNamingConvention(UnderscoredNamingConvention.Instance)
        .WithEnforceRequiredMembers()
        .Build();

    /// <summary>Reads a profile.</summary>
    /// <param name="path">The <c>profile.yaml</c>.</param>
    /// <exception cref="ModelProfileException">The profile is not valid; the message names file, line and key.</exception>
    public static ModelProfile Read(string path)
    {
        ModelProfile? profile;
        try
        {
            if (new FileInfo(path).Length > MaxFileBytes)
                throw new ModelProfileException($"{path}: larger than {MaxFileBytes} bytes.");
            profile = Yaml.Deserialize<ModelProfile?>(File.ReadAllText(path));
        }
        catch (YamlException error)
        {
            throw new ModelProfileException($"{path}: line {error.Start.Line}: {error.InnerException?.Message ?? error.Message}", error);
        }
        catch (IOException error)
        {
            throw new ModelProfileException($"{path}: {error.Message}", error);
        }

        if (profile == null)
            throw new ModelProfileException($"{path}: empty.");
        Check(path, profile);
        return profile;
    }

    private static void Check(string path, ModelProfile profile)
    {
        void Require(bool condition, string rule)
        {
            if (!condition)
                throw new ModelProfileException($"{path}: {rule}.");
        }

        Require(profile.Name is { Length: > 0 and <= 64 }, "name: 1 to 64 characters");
        Require(profile.Licence.Length > 0 && profile.Source.Length > 0, "licence and source must not be empty");
        Require(
            profile.File.Length > 0 && !Path.IsPathRooted(profile.File) && !profile.File.Split('/', '\\').Contains(".."),
            "file: a path below the profile's folder");
        Require(profile.Classes.Count <= MaxClasses && profile.Classes.All(c => c.Length is > 0 and <= 64), $"classes: at most {MaxClasses}, each 1 to 64 characters");
        Require(profile.Classes.Distinct(StringComparer.OrdinalIgnoreCase).Count() == profile.Classes.Count, "classes: each once");
        Require(profile.BackgroundClass.Length == 0 || profile.Classes.Contains(profile.BackgroundClass), "background_class: one of classes");
        Require(profile.ScoreThreshold is >= 0 and <= 1, "score_threshold: 0 to 1");
        Require(profile.MinArea is >= 0 and <= 1, "min_area: 0 to 1");
        Require(profile.CleanUpRadius is >= 0 and <= MaxCleanUpRadius, $"clean_up_radius: 0 to {MaxCleanUpRadius}");
        var input = profile.Input;
        Require(input.Name.Length > 0, "input.name: must not be empty");
        Require(input.Height is > 0 and <= MaxSide && input.Width is > 0 and <= MaxSide, $"input.height and input.width: 1 to {MaxSide}");
        Require(input.Range is 1 or 255, "input.range: 1 or 255");
        Require(input.Mean.Count == 3 && input.Std.Count == 3 && input.Std.All(s => s > 0), "input.mean and input.std: three numbers, std above 0");
        Require(input.Channels is "rgb" or "bgr", "input.channels: rgb or bgr");
        Require(input.Fit is "stretch" or "letterbox", "input.fit: stretch or letterbox");
        Require(input.Padding is >= 0 and <= 255, "input.padding: 0 to 255");
    }
}
