namespace Wsmq.Server.Lifecycle;

/// <summary>
/// A part of the node that works in the background. The parts start one after another in the order of their registration, once the store
/// is open, and stop in the reverse order: a part may use those before it for as long as it runs.
/// </summary>
internal interface INodePart
{
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Completes what is in progress, and returns once nothing runs. Also called if the part was not started.</summary>
    Task StopAsync();

    /// <summary>The node does not start: refuses what waits for the start.</summary>
    void Refuse(WsmqException reason)
    {
    }
}
