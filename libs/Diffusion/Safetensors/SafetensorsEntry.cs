using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.Safetensors;

/// <summary>A tensor as the header describes it; checked.</summary>
/// <param name="Name">Name in the file.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Sizes, outermost first.</param>
/// <param name="Start">First byte, counted from the end of the header.</param>
/// <param name="End">First byte after the tensor.</param>
internal sealed record SafetensorsEntry(string Name, ElementType Type, int[] Shape, long Start, long End);
