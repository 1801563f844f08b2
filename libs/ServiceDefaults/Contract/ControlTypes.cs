using VideoGrain.Diffusion;
using VideoGrain.Protos.V1;

namespace VideoGrain.ServiceDefaults.Contract;

/// <summary>Control types and the names of the ControlNet folders that serve them.</summary>
public static class ControlTypes
{
    private static readonly (ControlType Type, string Name)[] Names =
    [
        (ControlType.Depth, "depth"),
        (ControlType.Pose, "pose"),
        (ControlType.Canny, "canny"),
        (ControlType.SoftEdge, "soft_edge"),
        (ControlType.Normal, "normal"),
        (ControlType.Line, "line"),
        (ControlType.Segmentation, "segmentation"),
        (ControlType.Default, StableDiffusion.DefaultControlNet),
    ];

    /// <summary>Whether a ControlNet is asked for.</summary>
    public static bool IsOn(ControlOptions? control) => control is { Type: not (ControlType.Unspecified or ControlType.None) };

    /// <summary>Name of the ControlNet folder of a type, such as "soft_edge"; empty for none, null for a type that is not known.</summary>
    public static string? NameOf(ControlType type)
    {
        if (type is ControlType.Unspecified or ControlType.None) return "";
        return Names.FirstOrDefault(entry => entry.Type == type).Name;
    }

    /// <summary>Types that a model's ControlNet folders serve.</summary>
    public static IEnumerable<ControlType> Served(IEnumerable<string> folders) =>
        Names.Where(entry => folders.Contains(entry.Name)).Select(entry => entry.Type);
}
