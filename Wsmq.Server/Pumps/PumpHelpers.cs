using Wsmq.Server.Tracking;

namespace Wsmq.Server.Pumps;

/// <summary>What pumps wake and write through: see its parts.</summary>
internal sealed record PumpHelpers(Linger Linger, DeliveryMarks Marks);
