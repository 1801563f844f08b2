using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using VideoGrain.Segmentation.Models;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Telemetry;

namespace VideoGrain.Segmentation.Tests.Support;

/// <summary>A folder of models that tests write, and a registry over it.</summary>
internal sealed class TestModels : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("videograin-registry-");
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public TestModels()
        : this(_ => { })
    {
    }

    public TestModels(Action<SegmentationOptions> configure)
    {
        var options = new SegmentationOptions { ModelsDirectory = _folder.FullName, ModelThreads = 1 };
        configure(options);
        Registry = new ModelRegistry(
            Options.Create(options),
            new StageInstruments(_services.GetRequiredService<IMeterFactory>(), SegmentationHost.Description),
            new ErrorTranslator([new ModelExceptionTranslation(Options.Create(options))]),
            TimeProvider.System,
            NullLogger<ModelRegistry>.Instance);
    }

    public ModelRegistry Registry { get; }

    /// <summary>The models that come with the repository.</summary>
    public static TestModels Bundled() => new(options => options.ModelsDirectory = "");

    public string Folder => _folder.FullName;

    public void Install(string name, byte[] model, string profile) => Install(name, profile, ("model.onnx", model));

    public void Install(string name, string profile, params (string File, byte[] Model)[] networks)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder.FullName, name)).FullName;
        foreach (var (file, model) in networks)
            File.WriteAllBytes(Path.Combine(folder, file), model);
        File.WriteAllText(Path.Combine(folder, ProfileReader.FileName), profile);
    }

    public ModelLease<RegionDetector> Detector(string name = "") => Take(Decoders.Detector, name);

    public ModelLease<T> Take<T>(ModelKind<T> kind, string name = "")
        => Registry.AcquireAsync(kind, name, TestContext.Current.CancellationToken).GetAwaiter().GetResult();

    public void Remove(string name) => Directory.Delete(Path.Combine(_folder.FullName, name), recursive: true);

    public void Dispose()
    {
        Registry.Dispose();
        _services.Dispose();
        _folder.Delete(recursive: true);
    }
}
