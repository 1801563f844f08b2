using System.Runtime.InteropServices;
using System.Text.Json;

namespace VideoGrain.Bench.Models;

/// <summary>
/// Model folders of random weights below one temporary folder. Each holds one network of full size and others of hardly any size, so that a process that loads it
/// has the memory of that network.
/// </summary>
internal sealed class ModelFolders : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("videograin-bench-").FullName;
    private readonly string _toybox;
    private readonly PosixSignalRegistration[] _interruptions;

    /// <summary>Makes an empty folder.</summary>
    /// <param name="toybox">Demonstration model, whose tokenizer and scheduler are copied.</param>
    public ModelFolders(string toybox)
    {
        _toybox = toybox;

        // Gigabytes must not stay behind when the run is interrupted.
        _interruptions = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM }.Select(signal => PosixSignalRegistration.Create(signal, _ => Delete()))];
    }

    /// <summary>A folder around a UNet.</summary>
    public string UNet(UNetShape shape) => Write("unet", shape, VaeShape.Tiny, TextShape.Tiny(shape.TextWidth));

    /// <summary>A folder around an autoencoder.</summary>
    public string Vae(VaeShape shape) => Write("vae", UNetShape.Tiny(32), shape, TextShape.Tiny(32));

    /// <summary>A folder around a text encoder.</summary>
    public string Text(TextShape shape) => Write("text", UNetShape.Tiny(shape.Width), VaeShape.Tiny, shape);

    /// <summary>A folder around all three networks, and on request a ControlNet.</summary>
    public string Whole(UNetShape unet, VaeShape vae, TextShape text, ControlNetShape? control)
    {
        var folder = Write("whole", unet, vae, text);
        if (control is not null) Part(Path.Combine(folder, "controlnet"), "diffusion_pytorch_model", control.Config, control.Weights());
        return folder;
    }

    /// <summary>Writes fp32 values, standard normal, the same every time.</summary>
    public string Values(string name, int count)
    {
        const int Seed = 7;
        var random = new Random(Seed);
        var values = new float[count];
        for (var i = 0; i < count; i++)
            values[i] = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        var path = PathOf(name);
        File.WriteAllBytes(path, MemoryMarshal.AsBytes<float>(values).ToArray());
        return path;
    }

    /// <summary>A path below the temporary folder.</summary>
    public string PathOf(string name) => Path.Combine(_root, name);

    /// <summary>Deletes a folder that is no longer needed.</summary>
    public static void Delete(string folder) => Directory.Delete(folder, recursive: true);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var interruption in _interruptions) interruption.Dispose();
        Delete();
    }

    private void Delete()
    {
        if (Directory.Exists(_root)) Directory.Delete(_root, recursive: true);
    }

    private string Write(string name, UNetShape unet, VaeShape vae, TextShape text)
    {
        var folder = PathOf(name);
        foreach (var part in new[] { "tokenizer", "scheduler" }) Copy(Path.Combine(_toybox, part), Path.Combine(folder, part));
        File.WriteAllText(Path.Combine(folder, "model_index.json"), "{\"_class_name\": \"StableDiffusionPipeline\"}");
        Part(Path.Combine(folder, "unet"), "diffusion_pytorch_model", unet.Config, unet.Weights());
        Part(Path.Combine(folder, "vae"), "diffusion_pytorch_model", vae.Config, vae.Weights());
        Part(Path.Combine(folder, "text_encoder"), "model", text.Config, text.Weights());
        return folder;
    }

    private static void Part(string folder, string stem, object config, WeightList weights)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), JsonSerializer.Serialize(config));
        RandomWeights.Write(Path.Combine(folder, stem + ".safetensors"), weights);
    }

    private static void Copy(string source, string target)
    {
        Directory.CreateDirectory(target);
        foreach (var file in Directory.EnumerateFiles(source)) File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
    }
}
