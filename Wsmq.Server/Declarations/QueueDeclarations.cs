using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Declarations;

/// <summary>
/// The options of the queues that this node declares, as they hold now: those of the highest version among the nodes that live. Until the
/// store has been asked, and while it does not answer, the last known ones hold, at first the node's own.
/// </summary>
internal sealed class QueueDeclarations(IOptions<WsmqOptions> options)
{
    private readonly ConcurrentDictionary<string, Held> _held = new(StringComparer.Ordinal);

    /// <summary>How many queues this node declares.</summary>
    public int Count => options.Value.Queues.Count;

    /// <summary>What this node itself declares.</summary>
    public WsmqQueueOptions OwnOf(string queue) => options.Value.Queues[queue];

    /// <summary>The options that hold for a queue; false if this node does not declare it.</summary>
    public bool TryGet(string queue, [MaybeNullWhen(false)] out WsmqQueueOptions held)
    {
        held = _held.TryGetValue(queue, out var current) ? current.Options : options.Value.Queues.TryGetValue(queue, out var own) ? own : null;
        return held is not null;
    }

    /// <summary>The same for a queue that this node declares, in the units of the stores. They may differ from call to call.</summary>
    public QueueRules RulesOf(string queue) => _held.GetOrAdd(queue, name => new Held(OwnOf(name))).Rules;

    /// <summary>These options hold from now on.</summary>
    public void Hold(string queue, WsmqQueueOptions current) => _held[queue] = new Held(current);

    private sealed class Held(WsmqQueueOptions options)
    {
        public WsmqQueueOptions Options => options;

        public QueueRules Rules { get; } = options.ToRules();
    }
}
