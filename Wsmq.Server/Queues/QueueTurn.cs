using Wsmq.Server.Stores;

namespace Wsmq.Server.Queues;

/// <summary>The consumers for which jobs are taken in one call, with the credit that each had when it was read.</summary>
internal sealed class QueueTurn((IJobConsumer Consumer, int Credit)[] consumers)
{
    /// <summary>What to take for them.</summary>
    public TakeRequest Request { get; } =
        new(Array.ConvertAll(consumers, c => new JobConsumer(c.Consumer.Name, c.Credit, !c.Consumer.HoldsSuspect)));

    public bool IsEmpty => consumers.Length == 0;

    public IJobConsumer this[int index] => consumers[index].Consumer;
}
