using Microsoft.ML.OnnxRuntime;

namespace VideoGrain.Segmentation.Models;

/// <summary>Checks of output shapes.</summary>
internal static class OutputShapes
{
    /// <summary>The shape of an output, if it fits.</summary>
    /// <param name="value">The output.</param>
    /// <param name="profile">The model's profile.</param>
    /// <param name="role">Role of the output.</param>
    /// <param name="wanted">Sizes it must have; -1 takes any size above 0.</param>
    /// <exception cref="ModelProfileException">The shape does not fit; the tensor is named.</exception>
    public static long[] Require(this OrtValue value, ModelProfile profile, string role, params long[] wanted)
    {
        var shape = value.GetTensorTypeAndShape().Shape;
        var fits = shape.Length == wanted.Length && shape.Zip(wanted).All(s => s.Second == -1 ? s.First > 0 : s.First == s.Second);
        if (fits)
            return shape;
        var names = string.Join(", ", wanted.Select(w => w == -1 ? "any" : w.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        throw new ModelProfileException(
            $"model '{profile.Name}': output '{profile.Outputs[role]}' ({role}) has shape [{string.Join(", ", shape)}], {profile.Decoder} reads [{names}].");
    }
}
