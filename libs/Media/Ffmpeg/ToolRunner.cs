using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace VideoGrain.Media.Ffmpeg;

/// <summary>Runs one child process to its end; whatever ends the wait early ends the process too.</summary>
internal static class ToolRunner
{
    private const int ErrorLimit = 16 << 10;

    public delegate Task Feed(Stream input, CancellationToken cancellation);

    public delegate Task Drain(Stream output, CancellationToken cancellation);

    /// <summary>Starts a program, feeds it, drains it, and waits.</summary>
    /// <returns>The exit code, and the last 16 KiB of what the program wrote to standard error.</returns>
    public static async Task<(int ExitCode, string Errors)> RunAsync(
        string program, IEnumerable<string> arguments, Feed? feed, Drain drain, TimeSpan timeout, CancellationToken cancellation)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Reports and colour belong to an operator's shell, not to a program that reads its own child.
        start.Environment.Remove("FFREPORT");
        start.Environment["AV_LOG_FORCE_NOCOLOR"] = "1";
        using Process process = Start(start);
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        try
        {
            Task<string> errors = ReadErrorsAsync(process.StandardError.BaseStream, limit.Token);
            Task feeding = FeedAsync(process, feed, limit.Token);
            await drain(process.StandardOutput.BaseStream, limit.Token);
            await feeding;
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await errors);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new MediaException(MediaError.TimedOut,
                $"The work took longer than the limit of {timeout.TotalSeconds:0} s.", (long)timeout.TotalSeconds, (long)timeout.TotalSeconds);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                // A killed process is reaped at once; waiting without a token keeps no zombie behind.
                process.WaitForExit();
            }
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new MediaException(MediaError.ToolMissing, $"'{Path.GetFileName(start.FileName)}' did not start.");
        }
        catch (Win32Exception e)
        {
            throw new MediaException(MediaError.ToolMissing, $"'{Path.GetFileName(start.FileName)}' is not installed or cannot be run.", e);
        }
    }

    private static async Task FeedAsync(Process process, Feed? feed, CancellationToken cancellation)
    {
        try
        {
            if (feed is not null)
                await feed(process.StandardInput.BaseStream, cancellation);
        }
        catch (IOException)
        {
            // The program closed its end early; its exit code and its errors say why.
        }
        finally
        {
            try
            {
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // Closing flushes, and there may be nobody left to read.
            }
        }
    }

    private static async Task<string> ReadErrorsAsync(Stream errors, CancellationToken cancellation)
    {
        byte[] kept = new byte[ErrorLimit], buffer = new byte[4096];
        int length = 0;
        while (await errors.ReadAsync(buffer, cancellation) is > 0 and int read)
        {
            int drop = Math.Max(0, length + read - ErrorLimit);
            kept.AsSpan(drop, length - drop).CopyTo(kept);
            length -= drop;
            buffer.AsSpan(0, read).CopyTo(kept.AsSpan(length));
            length += read;
        }

        return Encoding.UTF8.GetString(kept, 0, length);
    }
}
