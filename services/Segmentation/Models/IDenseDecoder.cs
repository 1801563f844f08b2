using VideoGrain.Segmentation.Regions;

namespace VideoGrain.Segmentation.Models;

/// <summary>A decoder of networks that score every place by itself, so that what several windows show can be put together.</summary>
internal interface IDenseDecoder : IRegionDecoder
{
    /// <summary>Reads the scores of what the network saw.</summary>
    /// <exception cref="ModelProfileException">A tensor has a shape that the decoder cannot read; it is named.</exception>
    ClassScores Read(ModelOutputs outputs, ModelInput input, ModelProfile profile);

    /// <summary>Finds objects in the scores of a frame.</summary>
    IReadOnlyList<Detection> Decode(ClassScores scores, ModelProfile profile, int width, int height);
}
