namespace VideoGrain.Diffusion;

/// <summary>A model file or folder that cannot be used: damaged, incomplete, hostile or of an unsupported kind.</summary>
public class ModelFormatException : Exception
{
    private const int LongestShownItem = 120;

    /// <summary>Describes one fault.</summary>
    /// <param name="path">File or folder at fault.</param>
    /// <param name="item">Tensor or field at fault; null when the whole file is.</param>
    /// <param name="problem">What is wrong and which limit it breaks, as a clause.</param>
    /// <param name="inner">What the file system or a parser reported, if anything.</param>
    public ModelFormatException(string path, string? item, string problem, Exception? inner = null)
        : base(item is null ? $"{path}: {problem}" : $"{path}: {Printable(item)}: {problem}", inner)
    {
        Path = path;
        Item = item;
        Problem = problem;
    }

    /// <summary>File or folder at fault.</summary>
    public string Path { get; }

    /// <summary>Tensor or field at fault; null when the whole file is.</summary>
    public string? Item { get; }

    /// <summary>What is wrong, without the place.</summary>
    public string Problem { get; }

    /// <summary>Names come from the file: cut long ones and show control characters as '?', so that they cannot forge log lines.</summary>
    internal static string Printable(string name)
    {
        var shown = name.Length > LongestShownItem ? string.Concat(name.AsSpan(0, LongestShownItem), "...") : name;
        return string.Create(shown.Length, shown, static (span, text) =>
        {
            for (var i = 0; i < span.Length; i++) span[i] = char.IsControl(text[i]) || char.IsSurrogate(text[i]) ? '?' : text[i];
        });
    }
}
