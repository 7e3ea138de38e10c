using Wsmq.Faults.Clients;
using Wsmq.Faults.History;
using Wsmq.Faults.Nodes;

namespace Wsmq.Faults.Checking;

/// <summary>What happened to tracked messages, by which their states are judged.</summary>
internal sealed class StatusTruth(SendRecords sends, IEnumerable<DeviceRecord> devices, Failovers failovers, JobTimes times)
{
    // Two clocks of one machine, of which one is read in milliseconds.
    private const double Slack = 0.05;

    private readonly ILookup<string, DeviceRecord> _devices =
        devices.SelectMany(d => d.BySource.Keys.Select(source => (d, source))).ToLookup(d => d.source, d => d.d, StringComparer.Ordinal);

    public SendRecords Sends => sends;

    /// <summary>What is wrong with the message that a status names; null if nothing is.</summary>
    public string? DefectOf(HistoryEvent status) =>
        sends.Find(status.Id!) is not { IsTracked: true } send || send.To != status.Address ? "nobody has sent as a tracked message"
        : Client.UserOf(send.Sender) != Client.UserOf(status.Device!) ? $"{send.Sender} has sent"
        : !ReadersOf(status).Any() ? $"{status.Reader ?? "nobody"} does not read"
        : null;

    /// <summary>The devices that a status for one reader is about: one, or those of a member of a group. All, if it is for none.</summary>
    public IEnumerable<DeviceRecord> ReadersOf(HistoryEvent status) =>
        _devices[status.Address!].Where(d => status.Reader is null || ReaderOf(d, status.Address!) == status.Reader);

    /// <summary>The devices that read a message from its beginning on, with the names of the readers that they count as.</summary>
    public IEnumerable<(DeviceRecord Device, string Reader)> DevicesOf(SendRecord send) =>
        _devices[send.To].Where(d => d.Since < send.Began).Select(d => (d, ReaderOf(d, send.To)));

    /// <summary>Whether a gap was announced to one of the devices in place of the message.</summary>
    public bool IsInGap(HistoryEvent status) => ReadersOf(status).Any(d => d.Of(status.Address!)!.IsAnnounced(
        status.Position!, [WsmqGapReasons.Retention, WsmqGapReasons.Expired, WsmqGapReasons.Lost]));

    /// <summary>Whether the time to live of a message was over, by the clock of the store, which is not known while it is stepped.</summary>
    public bool IsExpired(SendRecord send, double time) =>
        send.Life is { } life && (time + Slack >= send.At + (send.Delay ?? 0) + life || times.IsStepped(send.At, time));

    /// <summary>Whether retention may have removed a message from its log.</summary>
    public bool MayBeRemoved(SendRecord send) =>
        send.To.StartsWith("group:", StringComparison.Ordinal)
        && sends.All.Count(s => s.To == send.To && string.CompareOrdinal(s.Position, send.Position) > 0) >= NodeSettings.GroupMaxCount;

    /// <summary>Whether a failover may have lost the newest writes of a message's address.</summary>
    public bool MayBeLost(SendRecord send) => failovers.MayHaveLost(send);

    /// <summary>
    /// Whether a message may be stored at another position than devices got it at: one that has waited is stored again if a failover has lost that it
    /// was due.
    /// </summary>
    public bool MayBeElsewhere(SendRecord send) => MayBeLost(send) || (send.Delay is not null && failovers.Any);

    /// <summary>Whether a failover may have lost an ack of this time. Acks never wait for replicas.</summary>
    public bool MayBeRolledBack(double acked) => failovers.IsDuring(acked);

    private static string ReaderOf(DeviceRecord device, string address) =>
        address.StartsWith("user:", StringComparison.Ordinal) ? device.Name[(device.Name.IndexOf('/', StringComparison.Ordinal) + 1)..] : Client.UserOf(device.Name);
}
