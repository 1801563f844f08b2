namespace VideoGrain.Segmentation.Models;

/// <summary>Puts the class scores of windows together: where windows overlap, each counts the more the deeper inside it a point lies.</summary>
/// <param name="windows">The windows.</param>
internal sealed class WindowScores(FrameWindows windows)
{
    private float[] _sums = [];
    private float[] _weights = [];
    private (int Rows, int Columns, int Classes) _window;
    private (int Rows, int Columns) _whole;

    /// <summary>Adds a window; all have one shape.</summary>
    public void Add((int Left, int Top) place, ClassScores scores)
    {
        if (_sums.Length == 0)
            Begin(scores);
        var (left, top) = (OnGrid(place.Left, scores.Columns, windows.Input.Width), OnGrid(place.Top, scores.Rows, windows.Input.Height));
        for (var y = 0; y < scores.Rows; y++)
        {
            for (var x = 0; x < scores.Columns; x++)
            {
                var weight = Depth(y, scores.Rows, _whole.Rows) * Depth(x, scores.Columns, _whole.Columns);
                var (from, to) = (((y * scores.Columns) + x) * scores.Classes, ((top + y) * _whole.Columns) + left + x);
                _weights[to] += weight;
                for (var c = 0; c < scores.Classes; c++)
                    _sums[(to * scores.Classes) + c] += weight * scores.Values[from + c];
            }
        }
    }

    /// <summary>The scores on one grid that covers the frame.</summary>
    public ClassScores Complete()
    {
        for (var i = 0; i < _sums.Length; i++)
            _sums[i] /= _weights[i / _window.Classes];
        return new ClassScores(_whole.Rows, _whole.Columns, _window.Classes, _sums);
    }

    private static int OnGrid(int pixels, int cells, int side) => (int)Math.Round((double)pixels * cells / side);

    // Along a side that one window covers every point counts the same.
    private static float Depth(int i, int cells, int whole) => cells == whole ? 1 : Math.Min(i + 0.5f, cells - i - 0.5f);

    private void Begin(ClassScores scores)
    {
        _window = (scores.Rows, scores.Columns, scores.Classes);
        _whole = (
            scores.Rows + OnGrid(windows.Height - windows.Input.Height, scores.Rows, windows.Input.Height),
            scores.Columns + OnGrid(windows.Width - windows.Input.Width, scores.Columns, windows.Input.Width));
        (_sums, _weights) = (new float[_whole.Rows * _whole.Columns * scores.Classes], new float[_whole.Rows * _whole.Columns]);
    }
}
