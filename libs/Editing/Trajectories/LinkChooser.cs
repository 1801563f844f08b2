namespace VideoGrain.Editing.Trajectories;

/// <summary>Decides which of several tokens that flow to one place keeps its link.</summary>
/// <param name="target">Index of the reached token, frame-major.</param>
/// <param name="sources">The tokens that reach it, in rising order; at least two.</param>
/// <returns>The one of <paramref name="sources"/> that keeps the link.</returns>
public delegate int LinkChooser(int target, IReadOnlyList<int> sources);
