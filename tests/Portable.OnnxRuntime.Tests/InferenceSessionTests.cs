using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using VideoGrain.Testing;

namespace VideoGrain.Portable.OnnxRuntime.Tests;

public sealed class InferenceSessionTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    [Fact]
    public void Metadata_OfAModel_TellsNamesTypesAndShapes()
    {
        using var session = new InferenceSession(Graphs.Add());

        Assert.Equal(["a", "b"], session.InputNames);
        Assert.Equal(["y"], session.OutputNames);
        var a = session.InputMetadata["a"];
        Assert.True(a.IsTensor);
        Assert.Equal((TensorElementType.Float, typeof(float)), (a.ElementDataType, a.ElementType));
        Assert.Equal([-1, 3], a.Dimensions);
        Assert.Equal(["n", ""], a.SymbolicDimensions);
        Assert.Equal("adder", session.ModelMetadata.GraphName);
        Assert.Equal(("videograin-tests", 3L), (session.ModelMetadata.ProducerName, session.ModelMetadata.Version));
        Assert.Equal("Apache-2.0", session.ModelMetadata.CustomMetadataMap["licence"]);
    }

    [Fact]
    public void Run_NamedTensors_ComputesTheGraph()
    {
        using var session = new InferenceSession(Graphs.Add());
        var a = new DenseTensor<float>(new float[] { 1, 2, 3, 4, 5, 6 }, [2, 3]);
        var b = new DenseTensor<float>([2, 3]) { [1, 2] = 10 };

        using var results = session.Run([NamedOnnxValue.CreateFromTensor("a", a), NamedOnnxValue.CreateFromTensor("b", b)]);

        var y = results.Single().AsTensor<float>()!;
        Assert.Equal(("y", 2, 16f), (results[0].Name, y.Rank, y[1, 2]));
        Assert.Equal([1, 2, 3, 4, 5, 16], y.ToDenseTensor().Buffer.ToArray());
    }

    [Fact]
    public void Run_OrtValues_ComputesTheOutputsAskedForInTheirOrder()
    {
        using var session = new InferenceSession(Graphs.Kinds());
        using var options = new RunOptions();
        using var x = OrtValue.CreateTensorValueFromMemory<float>([-1, 5, 0, 2], [4]);

        using var results = session.Run(options, new Dictionary<string, OrtValue> { ["x"] = x }, ["index", "big"]);

        Assert.Equal([1L], results[0].GetTensorDataAsSpan<long>().ToArray());
        Assert.Equal([false, true, false, true], results[1].GetTensorDataAsSpan<bool>().ToArray());
        var shape = results[1].GetTensorTypeAndShape();
        Assert.Equal((TensorElementType.Bool, 4L), (shape.ElementDataType, shape.ElementCount));
    }

    [Fact]
    public void Run_ModelFile_EqualsTheModelInMemory()
    {
        var path = Path.Combine(Path.GetTempPath(), $"videograin-{Environment.ProcessId}-é.onnx");
        File.WriteAllBytes(path, Graphs.Add());
        try
        {
            using var options = new SessionOptions { IntraOpNumThreads = 1, GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL };
            using var session = new InferenceSession(path, options);
            Assert.Equal(["a", "b"], session.InputNames);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Run_FromManyThreads_GivesEachItsOwnAnswer()
    {
        using var session = new InferenceSession(Graphs.Add());

        Parallel.For(0, 200, i =>
        {
            using var options = new RunOptions();
            using var a = OrtValue.CreateTensorValueFromMemory(new float[] { i, i, i }, [1, 3]);
            using var b = OrtValue.CreateTensorValueFromMemory<float>([1, 2, 3], [1, 3]);
            using var results = session.Run(options, ["a", "b"], [a, b], ["y"]);
            Assert.Equal([i + 1, i + 2, i + 3], results[0].GetTensorDataAsSpan<float>().ToArray());
        });
    }

    [Fact]
    public void Run_UnknownInput_NamesIt()
    {
        using var session = new InferenceSession(Graphs.Add());
        var tensor = new DenseTensor<float>([1, 3]);

        var error = Assert.Throws<OnnxRuntimeException>(
            () => session.Run([NamedOnnxValue.CreateFromTensor("a", tensor), NamedOnnxValue.CreateFromTensor("picture", tensor)]));

        Assert.Contains("'picture'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_MissingInput_NamesIt()
    {
        using var session = new InferenceSession(Graphs.Add());

        var error = Assert.Throws<OnnxRuntimeException>(
            () => session.Run([NamedOnnxValue.CreateFromTensor("a", new DenseTensor<float>([1, 3]))]));

        Assert.Contains("Missing Input: b", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_UnknownOutput_NamesIt()
    {
        using var session = new InferenceSession(Graphs.Kinds());

        var error = Assert.Throws<OnnxRuntimeException>(
            () => session.Run([NamedOnnxValue.CreateFromTensor("x", new DenseTensor<float>([4]))], ["masks"]));

        Assert.Contains("'masks'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_WrongShape_NamesTheTensor()
    {
        using var session = new InferenceSession(Graphs.Kinds());

        var error = Assert.Throws<OnnxRuntimeException>(
            () => session.Run([NamedOnnxValue.CreateFromTensor("x", new DenseTensor<float>([5]))]));

        Assert.Contains("x", error.Message, StringComparison.Ordinal);
        Assert.Contains("Expected: 4", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_WrongElementType_NamesTensorAndTypes()
    {
        using var session = new InferenceSession(Graphs.Kinds());

        var error = Assert.Throws<OnnxRuntimeException>(
            () => session.Run([NamedOnnxValue.CreateFromTensor("x", new DenseTensor<long>([4]))]));

        Assert.Contains("'x'", error.Message, StringComparison.Ordinal);
        Assert.Contains("Int64", error.Message, StringComparison.Ordinal);
        Assert.Contains("Float", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Terminated_StopsWithAnError()
    {
        using var session = new InferenceSession(Graphs.Slow(products: 4000, size: 256));
        using var options = new RunOptions();
        var input = NamedOnnxValue.CreateFromTensor("x", new DenseTensor<float>([256, 256]));
        using var started = new ManualResetEventSlim();

        var run = Task.Run(
            () =>
            {
                started.Set();
                using var results = session.Run([input], ["y"], options);
            },
            TestContext.Current.CancellationToken);
        Assert.True(started.Wait(Timeout, TestContext.Current.CancellationToken));
        options.Terminate = true;

        var error = await Assert.ThrowsAsync<OnnxRuntimeException>(() => run.WaitAsync(Timeout, TestContext.Current.CancellationToken));
        Assert.Contains("terminate", error.Message, StringComparison.OrdinalIgnoreCase);
        options.Terminate = false;
        Assert.False(options.Terminate);
    }

    [Fact]
    public void Session_Disposed_RefusesToRun()
    {
        var session = new InferenceSession(Graphs.Kinds());
        session.Dispose();
        session.Dispose();

        Assert.Throws<ObjectDisposedException>(
            () => session.Run([NamedOnnxValue.CreateFromTensor("x", new DenseTensor<float>([4]))]));
    }

    [Fact]
    public void Output_Disposed_RefusesToBeRead()
    {
        using var session = new InferenceSession(Graphs.Kinds());
        using var options = new RunOptions();
        using var x = OrtValue.CreateTensorValueFromMemory<float>([1, 2, 3, 4], [4]);
        var results = session.Run(options, ["x"], [x], ["copy"]);
        var copy = results[0];
        results.Dispose();

        Assert.Throws<ObjectDisposedException>(() => copy.GetTensorDataAsSpan<float>().Length);
    }

    [Fact]
    public void Tensor_ShapeAndMemoryDisagree_IsRefused()
    {
        Assert.Throws<OnnxRuntimeException>(() => OrtValue.CreateTensorValueFromMemory<float>([1, 2, 3], [2, 2]));
        Assert.Throws<ArgumentException>(() => new DenseTensor<float>(new float[3], [2, 2]));
        Assert.Throws<OnnxRuntimeException>(() => OrtValue.CreateTensorValueFromMemory<decimal>([1], [1]));
    }

    [Fact]
    public void Session_MissingFile_SaysWhich()
    {
        var error = Assert.Throws<OnnxRuntimeException>(() => new InferenceSession("/nowhere/model.onnx"));

        Assert.Contains("/nowhere/model.onnx", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Session_DamagedModels_AreTypedErrors()
    {
        var good = Graphs.Kinds();
        var random = new Random(7);
        for (var i = 0; i < 1000; i++)
        {
            var bad = (byte[])good.Clone();
            for (var flips = random.Next(1, 6); flips > 0; flips--)
                bad[random.Next(bad.Length)] ^= (byte)(1 << random.Next(8));
            if (i % 3 == 0)
                bad = bad[..random.Next(bad.Length)];
            try
            {
                // A mutation may leave a model that loads.
                using var session = new InferenceSession(bad);
            }
            catch (OnnxRuntimeException)
            {
            }
        }
    }

    [Fact]
    public void Session_OpsetOfTheFuture_SaysSo()
    {
        var model = new OnnxModelWriter(opset: 4000).Input("x", OnnxElement.Float, 1).Output("y", OnnxElement.Float, 1)
            .Node("Identity", ["x"], ["y"]).ToArray();

        var error = Assert.Throws<OnnxRuntimeException>(() => new InferenceSession(model));

        Assert.Contains("opset", error.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Options_ProviderNotBuiltIn_SaysSo()
    {
        using var options = new SessionOptions { LogId = "tests", LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        options.AppendExecutionProvider_CPU();

        Assert.Throws<OnnxRuntimeException>(() => options.AppendExecutionProvider("NoSuchProvider"));
        if (!OrtEnv.Instance().GetAvailableProviders().Contains("CUDAExecutionProvider"))
            Assert.Throws<OnnxRuntimeException>(() => options.AppendExecutionProvider_CUDA());
    }

    [Fact]
    public void Environment_OfTheLibrary_TellsVersionAndProviders()
    {
        Assert.StartsWith("1.", OrtEnv.Instance().GetVersionString(), StringComparison.Ordinal);
        Assert.Contains("CPUExecutionProvider", OrtEnv.Instance().GetAvailableProviders());
    }
}
