namespace Wsmq.Tests.Support;

/// <summary>Applies the limits of the class of services to all users.</summary>
internal static class ServiceLimits
{
    public static void Set(WsmqLimitOptions limits)
    {
        var service = limits.With(limits.Classes[WsmqLimitOptions.ServiceClass]);
        (limits.ConnectionSendsPerSecond, limits.ConnectionSendBurst) = (service.ConnectionSendsPerSecond, service.ConnectionSendBurst);
        (limits.UserSendsPerSecond, limits.UserSendBurst) = (service.UserSendsPerSecond, service.UserSendBurst);
        (limits.UserSendBytesPerMinute, limits.UserSendByteBurst) = (service.UserSendBytesPerMinute, service.UserSendByteBurst);
        limits.UserStorePercent = service.UserStorePercent;
        (limits.UserNewAddressesPerHour, limits.UserNewAddressBurst) = (service.UserNewAddressesPerHour, service.UserNewAddressBurst);
        (limits.UserReadBytesPerSecond, limits.UserReadByteBurst) = (service.UserReadBytesPerSecond, service.UserReadByteBurst);
        (limits.UserConnectsPerMinute, limits.UserConnectBurst) = (service.UserConnectsPerMinute, service.UserConnectBurst);
        limits.ConnectionsPerUser = service.ConnectionsPerUser;
    }
}
