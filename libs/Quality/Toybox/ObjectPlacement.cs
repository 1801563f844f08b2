namespace VideoGrain.Quality.Toybox;

/// <summary>Where an object is in one frame.</summary>
/// <param name="Cx">Column of the centre in pixels.</param>
/// <param name="Cy">Row of the centre in pixels.</param>
/// <param name="Size">Nominal size in pixels, above 0.</param>
/// <param name="Rotation">Rotation in radians.</param>
public sealed record ObjectPlacement(double Cx, double Cy, double Size, double Rotation);
