using VideoGrain.Media;
using VideoGrain.Media.Png;

namespace VideoGrain.Cli.Tests;

/// <summary>A folder with a specification's files, gone with the test.</summary>
internal sealed class TestFolder : IDisposable
{
    public TestFolder()
    {
        // Enough of an mp4 for a reader that looks at the container only; the fake server decodes nothing.
        File.WriteAllBytes(this["clip.mp4"], [0, 0, 0, 24, .. "ftypisom"u8, 0, 0, 2, 0, .. "isommp41"u8]);
        foreach (string region in new[] { "left", "right" })
        {
            Directory.CreateDirectory(this[region]);
            for (int f = 0; f < 2; f++)
                File.WriteAllBytes(System.IO.Path.Combine(this[region], $"{f:0000}.png"), PngWriter.Write(Half(region == "left")));
        }
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("videograin-cli-test-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public string Write(string yaml)
    {
        File.WriteAllText(this["edit.yaml"], yaml);
        return this["edit.yaml"];
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private static Mask Half(bool left) => new(8, 4, [.. Enumerable.Range(0, 32).Select(i => (byte)(i % 8 < 4 == left ? 1 : 0))]);
}
