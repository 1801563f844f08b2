namespace VideoGrain.Segmentation.Control;

/// <summary>A point of a person's body.</summary>
/// <param name="X">Column in pixels of the frame.</param>
/// <param name="Y">Row in pixels of the frame.</param>
/// <param name="Score">How sure the model is, about 0 to 1.</param>
internal readonly record struct PoseKeypoint(double X, double Y, double Score);
