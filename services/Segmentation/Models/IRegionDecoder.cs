using VideoGrain.Segmentation.Regions;

namespace VideoGrain.Segmentation.Models;

/// <summary>Reads a model's outputs as detections. Stateless.</summary>
internal interface IRegionDecoder
{
    /// <summary>Roles of the outputs that it reads.</summary>
    IReadOnlyList<string> Roles { get; }

    /// <summary>Reads the outputs for one frame.</summary>
    /// <param name="outputs">The outputs.</param>
    /// <param name="input">How the frame was fitted.</param>
    /// <param name="profile">The model's profile.</param>
    /// <param name="width">Columns of the frame.</param>
    /// <param name="height">Rows of the frame.</param>
    /// <exception cref="ModelProfileException">A tensor has a shape that the decoder cannot read; it is named.</exception>
    IReadOnlyList<Detection> Decode(ModelOutputs outputs, ModelInput input, ModelProfile profile, int width, int height);
}
