namespace VideoGrain.Editing.Attention;

/// <summary>Frames that one pass of the network sees together.</summary>
/// <param name="Frames">Numbers of the clip's frames, rising.</param>
/// <param name="Weights">Weight of each frame's prediction where windows overlap; 0 for a frame that only gives context.</param>
public sealed record FrameWindow(int[] Frames, float[] Weights);
