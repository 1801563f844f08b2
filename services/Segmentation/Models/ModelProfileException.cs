namespace VideoGrain.Segmentation.Models;

/// <summary>A model folder is not what its profile, or a decoder, says it must be; the message names file and key or tensor.</summary>
internal sealed class ModelProfileException(string message, Exception? inner = null) : Exception(message, inner);
