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

    // Most times that the next frame is warped by the flow so far, and steps in between; root mean square change in pixels below which
    // no more are taken.
    private const int MostWarps = 5;
    private const int Iterations = 20;
    private const float SettledChange = 0.05f;

    // The difference at a row's last pixel would leave the frame.
    private static readonly Vector<float> AllButLast = Vector<float>.One.WithElement(Vector<float>.Count - 1, 0);

    private readonly int _width;
    private readonly int _height;
    private readonly FlowPlane _from;

    // The next frame: brightness, its gradient along x and y, and nothing. Side by side, because they are sampled together.
    private readonly Vector4[] _to;
    private readonly float[] _warpedX;
    private readonly float[] _warpedY;
    private readonly float[] _inverse;
    private readonly float[] _constant;
    private readonly Dual _dualU;
    private readonly Dual _dualV;

    public TotalVariationFlow(FlowPlane from, FlowPlane to)
    {
        (_from, _width, _height) = (from, from.Width, from.Height);
        var (gradientX, gradientY) = to.Gradient();
        var pixels = _width * _height;
        _to = new Vector4[pixels];
        for (var i = 0; i < pixels; i++)
            _to[i] = new Vector4(to.Values[i], gradientX.Values[i], gradientY.Values[i], 0);
        (_warpedX, _warpedY, _inverse, _constant) = (new float[pixels], new float[pixels], new float[pixels], new float[pixels]);
        (_dualU, _dualV) = (new Dual(pixels), new Dual(pixels));
    }

    /// <summary>Improves a flow in place.</summary>
    public void Refine(FlowPlane u, FlowPlane v, CancellationToken cancellationToken)
    {
        _dualU.Clear();
        _dualV.Clear();
        var (beforeU, beforeV) = (new float[u.Values.Length], new float[v.Values.Length]);
        for (var warp = 0; warp < MostWarps; warp++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            u.Values.CopyTo(beforeU, 0);
            v.Values.CopyTo(beforeV, 0);
            Linearise(u.Values, v.Values);
            Iterate(u.Values, v.Values);
            u.Median();
            v.Median();
            if (IsSettled(u.Values, v.Values, beforeU, beforeV))
                return;
        }
    }

    // The difference as a linear function of the flow, around the flow so far.
    private void Linearise(float[] u, float[] v)
    {
        for (var y = 0; y < _height; y++)
        {
            for (var x = 0; x < _width; x++)
            {
                var i = (y * _width) + x;
                float tx = x + u[i], ty = y + v[i];
                if (!(tx >= 0 && ty >= 0 && tx <= _width - 1 && ty <= _height - 1))
                {
                    // Nothing to compare with: smoothness alone decides.
                    (_warpedX[i], _warpedY[i], _inverse[i], _constant[i]) = (0, 0, 0, 0);
                    continue;
                }

                var (x0, y0) = ((int)tx, (int)ty);
                var (upper, lower) = (y0 * _width, Math.Min(y0 + 1, _height - 1) * _width);
                var x1 = Math.Min(x0 + 1, _width - 1);
                var fx = new Vector4(tx - x0);
                var above = _to[upper + x0] + (fx * (_to[upper + x1] - _to[upper + x0]));
                var below = _to[lower + x0] + (fx * (_to[lower + x1] - _to[lower + x0]));
                var sample = above + (new Vector4(ty - y0) * (below - above));
                (_warpedX[i], _warpedY[i]) = (sample.Y, sample.Z);

                // A vanishing gradient moves nothing, whatever the factor: the guard only keeps the quotient finite.
                _inverse[i] = 1 / MathF.Max((sample.Y * sample.Y) + (sample.Z * sample.Z), LeastGradient);
                _constant[i] = sample.X - (sample.Y * u[i]) - (sample.Z * v[i]) - _from.Values[i];
            }
        }
    }

    // Every iteration goes over all rows, but a row needs no more than its neighbours' state: so the iterations follow each other
    // down the frame, each a row behind the one before, and what they touch stays in the cache.
    private void Iterate(float[] u, float[] v)
    {
        for (var front = 0; front < _height + Iterations; front++)
        {
            for (var iteration = Math.Max(0, front - _height); iteration < Math.Min(Iterations, front + 1); iteration++)
            {
                var y = front - iteration;
                if (y < _height)
                {
                    DataStep(u, v, y * _width);
                    Primal(u, _dualU, y);
                    Primal(v, _dualV, y);
                }

                // The dual step looks at the row below, which has to be done first.
                if (y > 0)
                {
                    DualAscent(u, _dualU, y - 1);
                    DualAscent(v, _dualV, y - 1);
                }
            }
        }
    }

    // The pointwise half, of a row: a soft threshold along the gradient.
    private void DataStep(float[] u, float[] v, int row)
    {
        const float Step = DataWeight * Coupling;
        var (least, most) = (new Vector<float>(-Step), new Vector<float>(Step));
        var (i, end) = (row, row + _width);
        for (; i <= end - Vector<float>.Count; i += Vector<float>.Count)
        {
            var (gx, gy, pu, pv) = (At(_warpedX, i), At(_warpedY, i), At(u, i), At(v, i));
            var difference = At(_constant, i) + (gx * pu) + (gy * pv);
            var factor = Vector.Min(Vector.Max(-difference * At(_inverse, i), least), most);
            (pu + (factor * gx)).CopyTo(u, i);
            (pv + (factor * gy)).CopyTo(v, i);
        }

        for (; i < end; i++)
        {
            var factor = Math.Clamp(-(_constant[i] + (_warpedX[i] * u[i]) + (_warpedY[i] * v[i])) * _inverse[i], -Step, Step);
            u[i] += factor * _warpedX[i];
            v[i] += factor * _warpedY[i];
        }
    }

    // The smoothing half, of a row: u + coupling * divergence of the dual field. That stays zero where its difference would leave the
    // frame, so that before the first pixel of a row stands the last one of the row above, which is zero, as it has to be.
    private void Primal(float[] u, Dual dual, int y)
    {
        var (i, end) = (y * _width, (y + 1) * _width);
        for (; y > 0 && i <= end - Vector<float>.Count; i += Vector<float>.Count)
        {
            var divergence = At(dual.X, i) - At(dual.X, i - 1) + At(dual.Y, i) - At(dual.Y, i - _width);
            (At(u, i) + (Coupling * divergence)).CopyTo(u, i);
        }

        for (; i < end; i++)
        {
            var divergence = dual.X[i] - (i > 0 ? dual.X[i - 1] : 0) + dual.Y[i] - (y > 0 ? dual.Y[i - _width] : 0);
            u[i] += Coupling * divergence;
        }
    }

    // A step of a row of the dual field along the gradient of the flow.
    private void DualAscent(float[] u, Dual dual, int y)
    {
        const float Step = DualStep / Coupling;
        var (i, end) = (y * _width, (y + 1) * _width);
        for (; y < _height - 1 && i <= end - Vector<float>.Count; i += Vector<float>.Count)
        {
            var centre = At(u, i);
            var (gx, gy) = (At(u, i + 1) - centre, At(u, i + _width) - centre);
            if (i + Vector<float>.Count == end)
                gx *= AllButLast;
            var shrink = Vector<float>.One / (Vector<float>.One + (Step * Vector.SquareRoot((gx * gx) + (gy * gy))));
            ((At(dual.X, i) + (Step * gx)) * shrink).CopyTo(dual.X, i);
            ((At(dual.Y, i) + (Step * gy)) * shrink).CopyTo(dual.Y, i);
        }

        for (; i < end; i++)
        {
            var gx = i < end - 1 ? u[i + 1] - u[i] : 0;
            var gy = y < _height - 1 ? u[i + _width] - u[i] : 0;
            var shrink = 1 / (1 + (Step * MathF.Sqrt((gx * gx) + (gy * gy))));
            dual.X[i] = (dual.X[i] + (Step * gx)) * shrink;
            dual.Y[i] = (dual.Y[i] + (Step * gy)) * shrink;
        }
    }

    // Whether the flow changed by so little that another look at the frames would not change it either.
    private static bool IsSettled(float[] u, float[] v, float[] beforeU, float[] beforeV)
    {
        var sum = 0.0;
        for (var i = 0; i < u.Length; i++)
        {
            var (du, dv) = (u[i] - beforeU[i], v[i] - beforeV[i]);
            sum += (du * du) + (dv * dv);
        }

        return sum < SettledChange * SettledChange * u.Length;
    }

    private static Vector<float> At(float[] values, int i) => new(values, i);

    /// <summary>The dual field of one component of the flow.</summary>
    private sealed class Dual(int pixels)
    {
        public float[] X { get; } = new float[pixels];

        public float[] Y { get; } = new float[pixels];

        public void Clear()
        {
            Array.Clear(X);
            Array.Clear(Y);
        }
    }
}
