using Wsmq.Server.Stores;

namespace Wsmq.Server.Queues;

/// <summary>
/// A consumer of the jobs of one queue on this node: a connection, or a worker of the app. It is called by the loop of the queue, so that
/// no call may block.
/// </summary>
internal interface IJobConsumer
{
    /// <summary>Its name: a dead letter names the last consumer.</summary>
    string Name { get; }

    /// <summary>How many further jobs it accepts now. Wake the dispatcher when it grows.</summary>
    int Credit { get; }

    /// <summary>Whether it accepts jobs at all: now, or once it has ended others.</summary>
    bool TakesJobs => true;

    /// <summary>Whether it holds a job whose lease was lost before, or may still hold one that it has lost.</summary>
    bool HoldsSuspect { get; }

    /// <summary>
    /// Gives it the jobs of one take, at most as many as it had credit for. Returns how many of them, from the first on, it accepts; the others
    /// are handed back.
    /// </summary>
    int Give(IReadOnlyList<TakenJob> jobs);

    /// <summary>
    /// The queue is paused, or the node stops: hands back jobs that have not begun. Called repeatedly while the queue is paused.
    /// </summary>
    void AskToHandBack();

    /// <summary>
    /// A job was removed while it was leased. If this consumer holds it, its lease is lost, and its worker is told. Called by the signals of
    /// the store, in turn for all addresses, and possibly several times.
    /// </summary>
    void Cancel(WsmqPosition job);
}
