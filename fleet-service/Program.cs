// The way in; what the service consists of stands in FleetServiceApp.
return await EdgeFleet.Service.FleetServiceApp.RunAsync(args);
