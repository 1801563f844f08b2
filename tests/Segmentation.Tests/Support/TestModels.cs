using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using VideoGrain.Segmentation.Models;
using VideoGrain.ServiceDefaults.Telemetry;

namespace VideoGrain.Segmentation.Tests.Support;

/// <summary>A folder of models that tests write, and a registry over it.</summary>
internal sealed class TestModels : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("videograin-registry-");
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public TestModels()
        : this(bundled: false)
    {
    }

    private TestModels(bool bundled)
        => Registry = new ModelRegistry(
            Options.Create(new SegmentationOptions { ModelsDirectory = bundled ? "" : _folder.FullName, ModelThreads = 1 }),
            new StageInstruments(_services.GetRequiredService<IMeterFactory>(), SegmentationHost.Description),
            TimeProvider.System,
            NullLogger<ModelRegistry>.Instance);

    public ModelRegistry Registry { get; }

    /// <summary>The models that come with the repository.</summary>
    public static TestModels Bundled() => new(bundled: true);

    public void Install(string name, byte[] model, string profile)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder.FullName, name)).FullName;
        File.WriteAllBytes(Path.Combine(folder, "model.onnx"), model);
        File.WriteAllText(Path.Combine(folder, ProfileReader.FileName), profile);
    }

    public void Remove(string name) => Directory.Delete(Path.Combine(_folder.FullName, name), recursive: true);

    public void Dispose()
    {
        Registry.Dispose();
        _services.Dispose();
        _folder.Delete(recursive: true);
    }
}
