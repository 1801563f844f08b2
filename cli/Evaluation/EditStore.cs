using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using VideoGrain.Media;
using VideoGrain.Media.Png;

namespace VideoGrain.Cli.Evaluation;

/// <summary>
/// Edited clips on disk, a folder of pictures each, so that a run that was cut goes on where it was and new scorers need no new edits.
/// A clip counts only for what made it.
/// </summary>
/// <param name="root">Folder of the edited clips.</param>
internal sealed class EditStore(string root)
{
    private const string KeyFile = "key";

    /// <summary>A finished clip, or null.</summary>
    /// <param name="name">Clip, level and variant.</param>
    /// <param name="dependencies">Everything that the edit depends on.</param>
    /// <param name="frames">Frames that it must have.</param>
    public IReadOnlyList<Frame>? Read(string name, string dependencies, int frames)
    {
        string folder = Path.Combine(root, name), key = Path.Combine(folder, KeyFile);
        if (!File.Exists(key) || File.ReadAllText(key) != Key(dependencies))
            return null;
        string[] pictures = [.. Enumerable.Range(0, frames).Select(f => Picture(folder, f))];
        return pictures.All(File.Exists) ? [.. pictures.Select(p => PngReader.ReadFile(p).ToFrame())] : null;
    }

    /// <summary>Keeps a finished clip. The key is written last: a clip without one is not whole.</summary>
    public void Write(string name, string dependencies, IReadOnlyList<Frame> edited)
    {
        string folder = Directory.CreateDirectory(Path.Combine(root, name)).FullName;
        File.Delete(Path.Combine(folder, KeyFile));
        for (int f = 0; f < edited.Count; f++)
            File.WriteAllBytes(Picture(folder, f), PngWriter.Write(edited[f]));
        File.WriteAllText(Path.Combine(folder, KeyFile), Key(dependencies));
    }

    private static string Picture(string folder, int frame) => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{frame:0000}.png"));

    private static string Key(string dependencies) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(dependencies)));
}
