using System.CommandLine;
using Spectre.Console;
using VideoGrain.Cli.Client;
using VideoGrain.Cli.Output;
using VideoGrain.Protos.V1;

namespace VideoGrain.Cli.Commands;

/// <summary><c>videograin models</c>: what the server can do.</summary>
internal static class ModelsCommand
{
    public static Command Create(App app) =>
        new Command("models", "List the server's models, controls and limits.").Does(app, async (context, cancellation) =>
        {
            using EditClient client = context.Connect();
            OrchestratorServiceGetCapabilitiesResponse capabilities = await client.CapabilitiesAsync(cancellation);
            if (context.Terminal.Json)
                context.Terminal.WriteJson(capabilities);
            else
                Write(context.Terminal, capabilities);
            return ExitCodes.Success;
        });

    private static void Write(Terminal terminal, OrchestratorServiceGetCapabilitiesResponse capabilities)
    {
        Table models = new Table().Border(TableBorder.Simple).AddColumns("model", "size", "controls", "loaded", "digest");
        foreach (ModelInfo model in capabilities.Models)
        {
            models.AddRow(new[]
            {
                model.Name + (model.IsDefault ? " (default)" : ""), $"{model.NativeSize}", string.Join(", ", model.ControlTypes.Select(Words.Of)),
                model.Loaded ? "yes" : "no", model.Digest[..Math.Min(12, model.Digest.Length)],
            }.Select(Markup.Escape).ToArray());
        }

        terminal.Tables.Write(models);
        foreach (PerceptionModel model in capabilities.PerceptionModels)
            terminal.Output.WriteLine($"perception: {model.Name}");
        StageLimits? stage = capabilities.Limits?.Stage;
        if (stage is not null)
        {
            terminal.Output.WriteLine(
                $"limits: {stage.MaxFrames} frames, {stage.MaxFramePixels} pixels a frame, {stage.MaxRegions} regions, {stage.MaxSteps} steps, "
                + $"{Words.Bytes(capabilities.Limits!.MaxUploadBytes)} of uploads");
        }
    }
}
