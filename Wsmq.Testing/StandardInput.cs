using System.Threading.Channels;

namespace Wsmq.Testing;

/// <summary>
/// The standard input of a program that another one starts and ends by it, read by a thread of its own. .NET has no asynchronous read of the
/// console: <c>ReadAsync</c> and <c>ReadLineAsync</c> hold a thread of the pool until something comes, which on two cores is every second one.
/// </summary>
public static class StandardInput
{
    /// <summary>The lines, as they come, until the end of the input.</summary>
    public static IAsyncEnumerable<string> LinesAsync()
    {
        var lines = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        new Thread(() => Read(lines.Writer)) { IsBackground = true, Name = "standard input" }.Start();
        return lines.Reader.ReadAllAsync();
    }

    /// <summary>Completes at the end of the input, whatever is in it.</summary>
    public static async Task EndAsync()
    {
        await foreach (var _ in LinesAsync())
        {
        }
    }

    private static void Read(ChannelWriter<string> lines)
    {
        try
        {
            while (Console.In.ReadLine() is { } line)
                lines.TryWrite(line);
            lines.Complete();
        }
        catch (Exception e)
        {
            lines.Complete(e);
        }
    }
}
