using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Lifecycle;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Lifecycle;

/// <summary>The parts of a node start in the order of their registration, and stop in reverse, also when one of them fails.</summary>
public sealed class NodePartTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<string> _seen = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Parts_stop_in_the_reverse_order_of_their_start_even_if_one_fails()
    {
        await using (await TestNode.StartAsync(s => s.UseSqlite(_folder.File("wsmq.db")), services: b =>
        {
            foreach (var name in new[] { "one", "two", "three" })
                b.Services.AddSingleton<INodePart>(new Part(name, _seen, failing: name == "two"));
        }))
        {
            _seen.Should().Equal("+one", "+two", "+three");
        }

        _seen.Should().Equal("+one", "+two", "+three", "-three", "-two", "-one");
    }

    private sealed class Part(string name, List<string> seen, bool failing) : INodePart
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            seen.Add("+" + name);
            return Task.CompletedTask;
        }

        public Task StopAsync()
        {
            seen.Add("-" + name);
            return failing ? throw new InvalidOperationException("this part fails to stop") : Task.CompletedTask;
        }
    }
}
