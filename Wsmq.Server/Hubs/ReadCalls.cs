namespace Wsmq.Server.Hubs;

/// <summary>The calls of clients about what they read and see.</summary>
internal sealed record ReadCalls(
    ClientAcks Acks, ClientNacks Nacks, ClientHistory History, ClientPresence Presence, ClientTracking Tracking, ClientReading Reading);
