using System.Text.Json;
using VideoGrain.Diffusion.Control;

namespace VideoGrain.Golden.Groups;

/// <summary>Group e: the inflated UNet without layouts, with and without control residuals and trajectory attention, and its inner results.</summary>
public sealed class UNetRunner : IGroupRunner
{
    /// <inheritdoc/>
    public string Group => "e";

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Fields { get; } = ["timestep", "variants"];

    /// <inheritdoc/>
    public void Run(GoldenCase golden, GoldenContext context)
    {
        foreach (var variant in golden.Json.GetProperty("variants").EnumerateObject()) RunVariant(golden, context, variant.Name, variant.Value);
        TrajectoryTables.SkipUnused(golden);
    }

    private static void RunVariant(GoldenCase golden, GoldenContext context, string name, JsonElement options)
    {
        using var scope = context.Engine.BeginScope();
        var unet = context.Model(golden).UNet;
        var sample = golden.Shape("sample");
        var hooks = new RecordingHooks(TrajectoryTables.Read(golden, options.GetProperty("flatten_res")), options.GetProperty("old_qk").GetInt32() == 1);
        var result = unet.Forward(
            context.UploadClip(golden, "sample"), sample[0], sample[2], golden.Json.GetProperty("timestep").GetInt32(),
            unet.Prepare(context.Upload(golden, "encoder_hidden_states")),
            options.GetProperty("control_residuals").GetBoolean() ? ReadControl(golden, context) : null,
            hooks);

        var prefix = name + ".";
        foreach (var tensor in golden.TensorNames.Where(t => t.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            var inner = tensor[prefix.Length..];
            if (inner == "out") context.CompareClip(golden, tensor, result);
            else CompareInner(golden, context, tensor, InnerResult.Find(inner, hooks.Results, unet.Levels));
        }
    }

    private static ControlResiduals ReadControl(GoldenCase golden, GoldenContext context)
    {
        var down = Enumerable.Range(0, int.MaxValue).TakeWhile(i => golden.Has($"ctrl_down_{i}")).Select(i => context.UploadClip(golden, $"ctrl_down_{i}"));
        return new ControlResiduals(down, context.UploadClip(golden, "ctrl_mid"), scale: 1);
    }

    /// <summary>Feature maps are (b, c, f, h, w); what is inside transformers has the port's own order; the timestep embedding repeats for each branch.</summary>
    private static void CompareInner(GoldenCase golden, GoldenContext context, string name, float[] actual)
    {
        var shape = golden.Shape(name);
        if (shape.Length == 5)
        {
            context.CompareClip(golden, name, actual);
            return;
        }

        var expected = golden.Floats(name);
        for (var start = 0; start < expected.Length; start += actual.Length)
            context.Report.Compare(golden, name, actual, expected.AsSpan(start, actual.Length));
    }
}
