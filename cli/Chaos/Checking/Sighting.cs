using VideoGrain.Cli.Chaos.History;

namespace VideoGrain.Cli.Chaos.Checking;

/// <summary>An answer that showed an edit: at some moment between <paramref name="From"/> and <paramref name="At"/> it looked like this.</summary>
/// <param name="Edit">The edit.</param>
/// <param name="From">The recorder's clock when the call began.</param>
/// <param name="At">The recorder's clock when the answer was there.</param>
/// <param name="Call">Number of the call.</param>
internal sealed record Sighting(SeenEdit Edit, long From, long At, long Call);
