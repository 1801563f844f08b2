namespace VideoGrain.Golden.Groups;

/// <summary>Group f: the residuals of a ControlNet, unscaled.</summary>
public sealed class ControlNetRunner : IGroupRunner
{
    /// <inheritdoc/>
    public string Group => "f";

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Fields { get; } = ["timestep"];

    /// <inheritdoc/>
    public void Run(GoldenCase golden, GoldenContext context)
    {
        using var scope = context.Engine.BeginScope();
        var network = context.Model(golden).ControlNets.Values.Single();
        var shape = golden.Shape("control_u8");
        var pixels = ClipLayout.ToChannelsLast(golden.Bytes("control_u8").Select(value => value / 255f).ToArray(), shape);
        var condition = network.Condition(context.Engine.Upload(pixels, shape[0], shape[2], shape[3], shape[1]));
        context.CompareClip(golden, "cond_embedding", condition.Embedding);

        var sample = golden.Shape("sample");
        var residuals = network.Forward(
            context.UploadClip(golden, "sample"), sample[0], sample[2], golden.Json.GetProperty("timestep").GetInt32(),
            network.Prepare(context.Upload(golden, "encoder_hidden_states")), condition);
        for (var i = 0; i < residuals.Down.Count; i++) context.CompareClip(golden, $"down_{i}", residuals.Down[i]);
        context.CompareClip(golden, "mid", residuals.Middle);
    }
}
