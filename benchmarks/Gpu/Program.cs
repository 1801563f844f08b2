using VideoGrain.Gpu.Benchmarks;

const string Usage = """
    gpu hello                      names the device, multiplies a matrix and attends once
    gpu check                      compares the engine with the CPU engine
    gpu extremes                   checks and times the kernel of ST-Layout attention's row extremes
    gpu kernels                    times the engine's operations at the sizes of Stable Diffusion 1.5
    gpu edit                       times a whole edit with random weights

      --device N                   CUDA device, -1 for the processor (0)
      --precision P                fp16, bf16 or fp32 (fp16)
      --model FOLDER               demonstration model (models/toybox)
      --frames N --side N --steps N --warmup-steps N    size of the edit (16, 512, 50, 2)
      --controlnet                 with a ControlNet
      --size sd15|tiny             sizes of the random networks, and of the operations (sd15)
      --attention-only             times attention only
      --library-only               without the kernels of this project's own
      --json FILE                  writes the figures of an edit there
    """;

try
{
    if (args.Length == 0) throw new ArgumentException("a command is needed");
    var options = GpuOptions.Parse(args[1..]);
    return args[0] switch
    {
        "hello" => Hello.Run(options),
        "check" => Check.Run(options),
        "extremes" => RowExtremes.Run(options),
        "kernels" => Kernels.Run(options),
        "edit" => EditBenchmark.Run(options),
        var other => throw new ArgumentException($"unknown command {other}"),
    };
}
catch (ArgumentException error)
{
    Console.Error.WriteLine($"{error.Message}\n\n{Usage}");
    return 2;
}
