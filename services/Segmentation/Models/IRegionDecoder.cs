using Microsoft.ML.OnnxRuntime;
using VideoGrain.Segmentation.Regions;

namespace VideoGrain.Segmentation.Models;

/// <summary>Reads a model's outputs as detections. Stateless.</summary>
internal interface IRegionDecoder
{
    /// <summary>Roles of the outputs that it reads, in the order in which they are handed over.</summary>
    IReadOnlyList<string> Roles { get; }

    /// <summary>Reads the outputs for one frame.</summary>
    /// <param name="outputs">Output tensors in the order of <see cref="Roles"/>.</param>
    /// <param name="input">How the frame was fitted.</param>
    /// <param name="profile">The model's profile.</param>
    /// <param name="width">Columns of the frame.</param>
    /// <param name="height">Rows of the frame.</param>
    /// <exception cref="ModelProfileException">A tensor has a shape that the decoder cannot read; it is named.</exception>
    IReadOnlyList<Detection> Decode(IReadOnlyList<OrtValue> outputs, ModelInput input, ModelProfile profile, int width, int height);
}
