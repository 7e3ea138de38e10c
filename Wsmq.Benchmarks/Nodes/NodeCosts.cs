using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Nodes;

namespace Wsmq.Benchmarks.Nodes;

/// <summary>What the answers of this node cost it, measured inside of it.</summary>
internal static class NodeCosts
{
    private const int WarmUps = 20;
    private const int Rounds = 50;

    /// <summary>
    /// Microseconds to look at all connections, microseconds to find and describe those of one user, and the bytes of both answers.
    /// </summary>
    public static double[] Measure(IServiceProvider services)
    {
        var (connections, presence) = (services.GetRequiredService<NodeConnections>(), services.GetRequiredService<NodePresence>());
        var user = connections.Measure().Users > 0 ? "u0" : "nobody";
        var question = Encoding.UTF8.GetBytes($$"""{"v":1,"kind":"connections","user":"{{user}}"}""");
        return
        [
            Median(() => connections.Measure()), Median(() => presence.Answer(question)),
            presence.Answer("""{"v":1,"kind":"node"}"""u8.ToArray()).Length, presence.Answer(question).Length,
        ];
    }

    private static double Median(Action step)
    {
        var times = new List<double>();
        for (var i = 0; i < WarmUps + Rounds; i++)
        {
            var start = Stopwatch.GetTimestamp();
            step();
            if (i >= WarmUps)
                times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }

        times.Sort();
        return times[times.Count / 2];
    }
}
