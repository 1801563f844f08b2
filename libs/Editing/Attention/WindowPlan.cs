namespace VideoGrain.Editing.Attention;

/// <summary>
/// Cuts a long clip into overlapping windows. Every window also sees a few anchor frames spread over the clip, predictions are averaged
/// in the overlaps with triangular weights, and on odd steps the windows move by half their distance so that no frame stays at a seam.
/// </summary>
public static class WindowPlan
{
    /// <summary>The windows of one step. A clip that fits one pass is one window with weights 1.</summary>
    /// <param name="frames">Frames of the clip.</param>
    /// <param name="length">Most frames of a window; 0 for no limit.</param>
    /// <param name="overlap">Frames that neighbours share.</param>
    /// <param name="anchors">Anchor frames.</param>
    /// <param name="step">Index of the step.</param>
    public static IReadOnlyList<FrameWindow> Build(int frames, int length, int overlap, int anchors, int step)
    {
        if (length == 0 || frames <= length)
            return [new FrameWindow([.. Enumerable.Range(0, frames)], [.. Enumerable.Repeat(1f, frames)])];
        var content = length - anchors;
        var stride = content - overlap;
        var anchorFrames = Enumerable.Range(0, anchors).Select(i => (int)((2L * i + 1) * frames / (2L * anchors))).ToArray();
        var windows = new List<FrameWindow>();
        for (var start = step % 2 == 0 ? 0 : -(stride / 2); start == 0 || start + overlap < frames; start += stride)
        {
            var first = Math.Max(0, start);
            var end = Math.Min(frames, start + content);
            windows.Add(Window(first, end, frames, overlap, anchorFrames));
            if (end == frames) break;
        }

        return windows;
    }

    /// <summary>
    /// Where one window hands over to the next, on even or odd steps: each number is the first of two neighbouring frames that lean on different
    /// windows, rising. Empty for a clip that fits one pass.
    /// </summary>
    /// <param name="frames">Frames of the clip.</param>
    /// <param name="length">Most frames of a window; 0 for no limit.</param>
    /// <param name="overlap">Frames that neighbours share.</param>
    /// <param name="anchors">Anchor frames.</param>
    public static IReadOnlyList<int> Seams(int frames, int length, int overlap, int anchors)
    {
        var seams = new SortedSet<int>();
        for (var step = 0; step < 2; step++)
        {
            var windows = Build(frames, length, overlap, anchors, step);
            var leader = new int[frames];
            var most = new float[frames];
            for (var number = 0; number < windows.Count; number++)
            {
                foreach (var (frame, weight) in windows[number].Frames.Zip(windows[number].Weights))
                {
                    if (weight > most[frame]) (leader[frame], most[frame]) = (number, weight);
                }
            }

            seams.UnionWith(Enumerable.Range(0, frames - 1).Where(frame => leader[frame] != leader[frame + 1]));
        }

        return [.. seams];
    }

    private static FrameWindow Window(int first, int end, int frames, int overlap, int[] anchors)
    {
        var members = new SortedSet<int>(Enumerable.Range(first, end - first));
        members.UnionWith(anchors);
        var numbers = members.ToArray();
        var weights = new float[numbers.Length];
        for (var i = 0; i < numbers.Length; i++)
        {
            var frame = numbers[i];
            if (frame < first || frame >= end) continue;
            // A ramp over the overlap on each side that has a neighbour.
            var left = first == 0 ? overlap + 1 : Math.Min(overlap + 1, frame - first + 1);
            var right = end == frames ? overlap + 1 : Math.Min(overlap + 1, end - frame);
            weights[i] = Math.Min(left, right) / (overlap + 1f);
        }

        return new FrameWindow(numbers, weights);
    }
}
