namespace VideoGrain.Media.Ffmpeg;

/// <summary>The name of a file in the system's temporary folder, deleted with this object.</summary>
internal sealed class TemporaryFile : IDisposable
{
    public TemporaryFile(string extension) =>
        Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), "videograin-" + System.IO.Path.GetRandomFileName() + extension);

    public string Path { get; }

    public void Dispose() => File.Delete(Path);
}
