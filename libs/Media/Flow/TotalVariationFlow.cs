using System.Numerics;

namespace VideoGrain.Media.Flow;

/// <summary>
/// Refines a flow at one resolution so that it minimises the sum of |brightness difference| and total variation (Zach, Pock, Bischof:
/// A duality based approach for realtime TV-L1 optical flow). The absolute difference forgives occlusions, total variation keeps the
/// flow sharp at the edges of objects.
/// </summary>
internal sealed class TotalVariationFlow
{
    // The published method's usual values for brightness from 0 to 255: weight of the data, tightness of the coupling between its
    // two halves, and the dual step, which is stable up to 1/4.
    private const float DataWeight = 0.15f;
    private const float Coupling = 0.3f;
    private const float DualStep = 0.25f;
    private const float LeastGradient = 1e-6f;

    private const int Warps = 5;
    private const int Iterations = 20;

    private readonly int _width;
    private readonly int _height;
    private readonly FlowPlane _from;
    private readonly FlowPlane _to;
    private readonly FlowPlane _toX;
    private readonly FlowPlane _toY;
    private readonly float[] _warpedX;
    private readonly float[] _warpedY;
    private readonly float[] _constant;
    private readonly float[][] _dual;

    public TotalVariationFlow(FlowPlane from, FlowPlane to)
    {
        (_from, _to, _width, _height) = (from, to, from.Width, from.Height);
        (_toX, _toY) = to.Gradient();
        var pixels = _width * _height;
        (_warpedX, _warpedY, _constant) = (new float[pixels], new float[pixels], new float[pixels]);
        _dual = [new float[pixels], new float[pixels], new float[pixels], new float[pixels]];
    }

    /// <summary>Improves a flow in place.</summary>
    public void Refine(FlowPlane u, FlowPlane v, CancellationToken cancellationToken)
    {
        foreach (var dual in _dual)
            Array.Clear(dual);
        for (var warp = 0; warp < Warps; warp++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Linearise(u, v);
            for (var i = 0; i < Iterations; i++)
            {
                DataStep(u.Values, v.Values);
                Smooth(u.Values, _dual[0], _dual[1]);
                Smooth(v.Values, _dual[2], _dual[3]);
            }

            u.Median();
            v.Median();
        }
    }

    // The difference as a linear function of the flow, around the flow so far.
    private void Linearise(FlowPlane u, FlowPlane v)
    {
        for (var y = 0; y < _height; y++)
        {
            for (var x = 0; x < _width; x++)
            {
                var i = (y * _width) + x;
                float tx = x + u.Values[i], ty = y + v.Values[i];
                if (tx < 0 || ty < 0 || tx > _width - 1 || ty > _height - 1)
                {
                    // Nothing to compare with: smoothness alone decides.
                    (_warpedX[i], _warpedY[i], _constant[i]) = (0, 0, 0);
                    continue;
                }

                // Three planes are sampled at one place.
                var (x0, y0) = ((int)tx, (int)ty);
                var (upper, lower) = (y0 * _width, Math.Min(y0 + 1, _height - 1) * _width);
                var (x1, fx, fy) = (Math.Min(x0 + 1, _width - 1), tx - x0, ty - y0);
                float Sample(float[] plane)
                {
                    var above = plane[upper + x0] + (fx * (plane[upper + x1] - plane[upper + x0]));
                    var below = plane[lower + x0] + (fx * (plane[lower + x1] - plane[lower + x0]));
                    return above + (fy * (below - above));
                }

                (_warpedX[i], _warpedY[i]) = (Sample(_toX.Values), Sample(_toY.Values));
                _constant[i] = Sample(_to.Values) - (_warpedX[i] * u.Values[i]) - (_warpedY[i] * v.Values[i]) - _from.Values[i];
            }
        }
    }

    // The pointwise half: a soft threshold along the gradient.
    private void DataStep(float[] u, float[] v)
    {
        const float Step = DataWeight * Coupling;
        var (least, most) = (new Vector<float>(-Step), new Vector<float>(Step));
        var i = 0;
        for (; i <= u.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var (gx, gy) = (new Vector<float>(_warpedX, i), new Vector<float>(_warpedY, i));
            var (pu, pv) = (new Vector<float>(u, i), new Vector<float>(v, i));
            // A vanishing gradient moves nothing, whatever the factor: the guard only keeps the quotient finite.
            var squared = Vector.Max((gx * gx) + (gy * gy), new Vector<float>(LeastGradient));
            var difference = new Vector<float>(_constant, i) + (gx * pu) + (gy * pv);
            var factor = Vector.Min(Vector.Max(-difference / squared, least), most);
            (pu + (factor * gx)).CopyTo(u, i);
            (pv + (factor * gy)).CopyTo(v, i);
        }

        for (; i < u.Length; i++)
        {
            var (gx, gy) = (_warpedX[i], _warpedY[i]);
            var squared = MathF.Max((gx * gx) + (gy * gy), LeastGradient);
            var factor = Math.Clamp(-(_constant[i] + (gx * u[i]) + (gy * v[i])) / squared, -Step, Step);
            u[i] += factor * gx;
            v[i] += factor * gy;
        }
    }

    // The smoothing half: u + coupling * divergence of the dual field, then a step of the dual field along the gradient of the result.
    // The dual field stays zero where its difference would leave the frame, so rows only need care at their first and last pixel.
    private void Smooth(float[] u, float[] dualX, float[] dualY)
    {
        for (var y = 0; y < _height; y++)
        {
            var row = y * _width;
            Diverge(u, dualX, dualY, row, 0, 1, y);
            var x = 1;
            for (; y > 0 && x <= _width - Vector<float>.Count; x += Vector<float>.Count)
            {
                var i = row + x;
                var divergence = new Vector<float>(dualX, i) - new Vector<float>(dualX, i - 1)
                    + new Vector<float>(dualY, i) - new Vector<float>(dualY, i - _width);
                (new Vector<float>(u, i) + (Coupling * divergence)).CopyTo(u, i);
            }

            Diverge(u, dualX, dualY, row, x, _width, y);
        }

        const float Step = DualStep / Coupling;
        for (var y = 0; y < _height; y++)
        {
            var row = y * _width;
            var x = 0;
            for (; y < _height - 1 && x < _width - Vector<float>.Count; x += Vector<float>.Count)
            {
                var i = row + x;
                var centre = new Vector<float>(u, i);
                var (gx, gy) = (new Vector<float>(u, i + 1) - centre, new Vector<float>(u, i + _width) - centre);
                var shrink = Vector<float>.One / (Vector<float>.One + (Step * Vector.SquareRoot((gx * gx) + (gy * gy))));
                ((new Vector<float>(dualX, i) + (Step * gx)) * shrink).CopyTo(dualX, i);
                ((new Vector<float>(dualY, i) + (Step * gy)) * shrink).CopyTo(dualY, i);
            }

            for (; x < _width; x++)
            {
                var i = row + x;
                var gx = x < _width - 1 ? u[i + 1] - u[i] : 0;
                var gy = y < _height - 1 ? u[i + _width] - u[i] : 0;
                var shrink = 1 / (1 + (Step * MathF.Sqrt((gx * gx) + (gy * gy))));
                dualX[i] = (dualX[i] + (Step * gx)) * shrink;
                dualY[i] = (dualY[i] + (Step * gy)) * shrink;
            }
        }
    }

    private void Diverge(float[] u, float[] dualX, float[] dualY, int row, int first, int end, int y)
    {
        for (var x = first; x < end; x++)
        {
            var i = row + x;
            var divergence = dualX[i] - (x > 0 ? dualX[i - 1] : 0) + dualY[i] - (y > 0 ? dualY[i - _width] : 0);
            u[i] += Coupling * divergence;
        }
    }
}
