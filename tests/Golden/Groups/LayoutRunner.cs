using System.Numerics;
using VideoGrain.Editing;
using VideoGrain.Editing.Layouts;

namespace VideoGrain.Golden.Groups;

/// <summary>Group g: masks and prompts to modulation maps, size terms and text embedding.</summary>
public sealed class LayoutRunner : IGroupRunner
{
    private const double EmbeddingTolerance = 2e-5;
    private const double CrossSizeTolerance = 1e-6;

    // One unit in the last place of a half just below 1.
    private const double HalfUnit = 1.0 / 2048;

    /// <inheritdoc/>
    public string Group => "g";

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Fields { get; } = ["prompts"];

    /// <inheritdoc/>
    public void Run(GoldenCase golden, GoldenContext context)
    {
        var report = context.Report;
        var model = context.Model(golden);
        var options = EditOptions.ForProfile(EditProfile.Published);
        var layout = PromptLayout.Create(
            model, EditingCase.Prompts(golden)[0], EditingCase.Regions(golden), golden.Frames, golden.LatentHeight, golden.LatentWidth, options);

        report.CompareExact(golden, "ids", [.. layout.Prompt.Ids, .. layout.Phrases.SelectMany(p => p.Ids.ToArray())], golden.Ints("ids"));
        report.CompareExact(golden, "lengths", [layout.Prompt.Length, .. layout.Phrases.Select(p => p.Length)], golden.Ints("lengths"));
        float[] text = [.. Embed(model, ""), .. layout.EmbedWithPhrases(model)];
        report.Compare(golden, "text_cond", text, golden.Floats("text_cond"), new Tolerance(EmbeddingTolerance, 0));

        var frames = Enumerable.Range(0, golden.Frames).ToArray();
        foreach (var name in golden.TensorNames.Order(StringComparer.Ordinal))
        {
            if (name.LastIndexOf('_') is var separator && !int.TryParse(name[(separator + 1)..], out _)) continue;
            var number = int.Parse(name[(separator + 1)..], System.Globalization.CultureInfo.InvariantCulture);
            var level = layout.Level(frames, golden.LatentHeight >> number, golden.LatentWidth >> number);
            var expected = golden.Floats(name);
            switch (name[..separator])
            {
                case "sreg":
                    report.Compare(golden, name, SharedRegions(level.Regions), expected, Tolerance.Exact);
                    break;
                case "creg":
                    report.Compare(golden, name, OwnedTokens(level.Regions, layout.TokenOwners), expected, Tolerance.Exact);
                    break;
                case "reg_sizes":
                    report.Compare(golden, name, level.SelfSize, expected, new Tolerance(HalfUnit, 0));
                    break;
                case "reg_sizes_c":
                    report.Compare(golden, name, level.CrossSize, expected, new Tolerance(CrossSizeTolerance, 0));
                    break;
            }
        }
    }

    private static float[] Embed(Diffusion.StableDiffusion model, string prompt)
    {
        using var scope = model.Engine.BeginScope();
        var embedding = model.EncodePrompts(prompt);
        var values = new float[embedding.ElementCount];
        model.Engine.Download(embedding, values);
        return values;
    }

    private static float[] SharedRegions(ulong[] regions) =>
        [.. regions.SelectMany(query => regions.Select(key => (float)BitOperations.PopCount(query & key)))];

    private static float[] OwnedTokens(ulong[] regions, ulong[] owners) =>
        [.. regions.SelectMany(query => owners.Select(key => (query & key) != 0 ? 1f : 0f))];
}
