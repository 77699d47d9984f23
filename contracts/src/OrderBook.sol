// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {Clock} from "./Clock.sol";
import {EscrowVault} from "./EscrowVault.sol";
import {Guarded} from "./Guarded.sol";
import {IOrderBook} from "./IOrderBook.sol";
import {IOrderCallback} from "./IOrderCallback.sol";
import {KeySignatures} from "./KeySignatures.sol";
import {MeasurementRegistry} from "./MeasurementRegistry.sol";
import {OfferBook} from "./OfferBook.sol";
import {OrderMath} from "./OrderMath.sol";
import {OrderRules} from "./OrderRules.sol";
import {ProviderRegistry} from "./ProviderRegistry.sol";
import {ReportLog} from "./ReportLog.sol";
import {TokenRegistry} from "./TokenRegistry.sol";

/// @title Orders, their leases, their usage, their reports and their settlement
/// @notice An order locks a deposit for a manifest. The authority that the customer chose signs a lease for each slot; the key of slot 0's
/// lease signs how many units were served, and the report; that is what pays. Who sends the transaction does not matter. A higher epoch
/// replaces a slot's lease: the old one is paid for what was counted until then, and whatever it signed is void.
/// @dev No upgrade. The owner can only name the guardian and end a pause; a pause stops new orders and new leases, and nothing else. Calls
/// to other parts of the system run no code of strangers, but for the token in `EscrowVault.lock` and the callback, both of which come last.
contract OrderBook is IOrderBook, Guarded, Pausable {
    using OrderMath for Order;

    struct Parts {
        EscrowVault vault;
        TokenRegistry tokens;
        ProviderRegistry providers;
        OfferBook offers;
        MeasurementRegistry measurements;
        ReportLog reports;
        address court;
    }

    /// @notice The most sub-orders of an order that are open at once.
    uint8 public constant MAX_SUB_ORDERS = 16;

    /// @notice The most checkpoints in a batch.
    uint256 public constant MAX_BATCH = 64;

    /// @notice How long a closed order may still report, unless its end comes first.
    uint64 public constant CLOSING_TIME = 1 hours;

    /// @notice The gas that a callback gets.
    uint256 public constant CALLBACK_GAS = 500_000;

    /// @dev What must be left so that a callback gets all its gas (a call is given at most 63/64) and this contract can finish after it.
    uint256 private constant GAS_FOR_CALLBACK = CALLBACK_GAS * 64 / 63 + 15_000;

    uint16 private constant BPS = 10_000;

    /// @notice Where the deposits are.
    EscrowVault public immutable VAULT;

    /// @notice What judges requests and signatures for this contract.
    OrderRules public immutable RULES;

    /// @notice The providers.
    ProviderRegistry public immutable PROVIDERS;

    /// @notice The offers.
    OfferBook public immutable OFFERS;

    /// @notice The measurements that leases may have.
    MeasurementRegistry public immutable MEASUREMENTS;

    /// @notice Where reports are chained.
    ReportLog public immutable REPORTS;

    /// @notice Who freezes and resolves disputed orders.
    address public immutable COURT;

    /// @notice The number of orders placed; ids run from 1 to this.
    uint64 public orderCount;

    /// @notice A customer's order by its own id; 0: none.
    mapping(address customer => mapping(bytes32 externalId => uint64 orderId)) public orderByExternalId;

    mapping(uint64 orderId => Order) private _orders;
    mapping(uint64 orderId => mapping(uint8 slot => Lease)) private _leases;
    mapping(uint64 orderId => mapping(uint8 index => Asset)) private _assets;

    modifier onlyCourt() {
        _onlyCourt();
        _;
    }

    /// @param parts The other contracts, whose deployer must then name this one to them.
    /// @param owner_ The owner.
    /// @param guardian_ The guardian, or zero for none.
    constructor(Parts memory parts, address owner_, address guardian_) Guarded(owner_, guardian_) {
        if (
            address(parts.vault) == address(0) || address(parts.tokens) == address(0) || address(parts.providers) == address(0)
                || address(parts.offers) == address(0) || address(parts.measurements) == address(0) || address(parts.reports) == address(0)
                || parts.court == address(0)
        ) revert ZeroAddress();
        VAULT = parts.vault;
        RULES = new OrderRules(parts.tokens, parts.offers);
        PROVIDERS = parts.providers;
        OFFERS = parts.offers;
        MEASUREMENTS = parts.measurements;
        REPORTS = parts.reports;
        COURT = parts.court;
    }

    /// @notice Stops new orders and new leases. Everything that ends an order goes on.
    function pause() external onlyGuardian {
        _pause();
    }

    /// @notice Ends the pause.
    function unpause() external onlyOwner {
        _unpause();
    }

    /// @inheritdoc IOrderBook
    function placeOrder(Request calldata request, AssetUse[] calldata assets) external returns (uint64 orderId) {
        return _placeAndLock(msg.sender, request, assets);
    }

    /// @notice Places an order for a customer that signed it; the customer pays. Works for contracts too (ERC-1271).
    /// @param customer The customer.
    /// @param request What is asked for; its externalId is the nonce, and must not be 0.
    /// @param assets As in `placeOrder`.
    /// @param deadline Until when it may be placed, in seconds since 1970.
    /// @param signature The customer's, over `OrderRules.placeOrderDigest`.
    /// @return orderId The order, from 1.
    function placeOrderFor(
        address customer,
        Request calldata request,
        AssetUse[] calldata assets,
        uint64 deadline,
        bytes calldata signature
    ) external returns (uint64 orderId) {
        _inCalldata(deadline, signature);
        return _placeAndLock(customer, request, assets);
    }

    /// @notice Places an order that is paid from what is left of another one's deposit. What it does not use goes back there.
    /// @param parentId An order of the caller that is open or running, has not reported and is no sub-order itself.
    /// @param request What is asked for; in the parent's token, and over no later than the parent.
    /// @param assets As in `placeOrder`.
    /// @return orderId The order, from 1.
    function placeSubOrder(uint64 parentId, Request calldata request, AssetUse[] calldata assets) external returns (uint64 orderId) {
        Order storage parent = _extendable(parentId);
        if (msg.sender != parent.customer) revert NotCustomer(msg.sender);
        if (parent.parentId != 0) revert SubOrderOfSubOrder(parentId);
        if (request.token != parent.token) revert OtherToken(request.token, parent.token);
        if (request.endsAt > parent.endsAt) revert EndsTooLate(request.endsAt, parent.endsAt);
        if (parent.openChildren == MAX_SUB_ORDERS) revert TooManySubOrders(parentId, MAX_SUB_ORDERS);
        uint256 free = parent.freeSlice();
        if (request.deposit > free) revert SliceTooSmall(parentId, free, request.deposit);

        parent.openChildren++;
        parent.drawn += request.deposit;
        orderId = _place(msg.sender, request, assets, parentId);
        emit SubOrderPlaced(parentId, orderId, request.deposit, _count(parent));
        VAULT.transfer(_purse(parentId), _purse(orderId), request.deposit);
    }

    /// @notice Adds to a deposit. Anyone may; what is left comes back to the customer.
    /// @param orderId An order that is open or running, has not reported and is no sub-order.
    /// @param amount How much, approved by the caller to the vault.
    function addDeposit(uint64 orderId, uint128 amount) external {
        Order storage order = _extendable(orderId);
        if (order.parentId != 0) revert DepositOfSubOrder(orderId);
        if (amount == 0) revert DepositTooSmall(0, 1);
        order.deposit += amount;
        emit DepositAdded(orderId, msg.sender, amount, _count(order));
        VAULT.lock(_purse(orderId), order.token, msg.sender, amount);
    }

    /// @notice Gives a slot to the owner of an offer, or takes it from one for another. Anyone may send what the authority signed.
    /// @param orderId The order.
    /// @param slot The slot, from 0.
    /// @param epoch Higher than the slot's current one.
    /// @param offerId A compute offer, of a provider whose node may get leases.
    /// @param measurement What the guest's evidence showed; must be active.
    /// @param keyX The lease key, x.
    /// @param keyY The lease key, y.
    /// @param authority The authority's key and its signature over `leaseDigest`.
    function assignLease(
        uint64 orderId,
        uint8 slot,
        uint32 epoch,
        uint64 offerId,
        bytes32 measurement,
        bytes32 keyX,
        bytes32 keyY,
        KeySignature calldata authority
    ) external whenNotPaused {
        _assign(
            OrderRules.LeaseTerms({
                orderId: orderId,
                slot: slot,
                epoch: epoch,
                offerId: offerId,
                measurement: measurement,
                keyHash: KeySignatures.keyHash(keyX, keyY)
            }),
            authority
        );
    }

    /// @notice Asks an order to stop. One that never ran is cancelled with a full refund; one that runs may still report for CLOSING_TIME.
    /// @param orderId The order, of the caller.
    function closeOrder(uint64 orderId) external {
        Order storage order = _known(orderId);
        if (msg.sender != order.customer) revert NotCustomer(msg.sender);
        if (order.status == Status.Open) return _end(orderId, order, Status.Cancelled, 0);
        if (order.status != Status.Running) revert WrongStatus(orderId, order.status);
        uint64 latest = Clock.timeNow() + CLOSING_TIME;
        if (order.endsAt > latest) order.endsAt = latest;
        order.status = Status.Closing;
        emit OrderClosing(orderId, order.endsAt, _count(order));
    }

    /// @notice Counts what slot 0's lease key signed; the lease's units since it began. Anyone may send it.
    /// @param c The checkpoint.
    function checkpoint(Checkpoint calldata c) external {
        (Order storage order, Lease storage head) = _headOf(c.orderId, c.epoch);
        uint128 total = order.total(head.fromUnits, c.units, Clock.timeNow());
        if (total <= order.units) revert StaleUnits(total, order.units);
        KeySignatures.checkKey(c.key, head.keyHash);
        _askRules();
        order.units = total;
        emit UsageCheckpoint(c.orderId, c.epoch, c.units, total, _count(order));
    }

    /// @notice Counts many checkpoints, of any orders, in their order. What `checkpoint` would refuse is skipped and told.
    /// @param cs The checkpoints, MAX_BATCH at most.
    function checkpointBatch(Checkpoint[] calldata cs) external {
        if (cs.length > MAX_BATCH) revert BatchTooLarge(cs.length, MAX_BATCH);
        for (uint256 i; i < cs.length; i++) {
            try this.checkpoint(cs[i]) {}
            catch {
                emit CheckpointSkipped(cs[i].orderId, cs[i].epoch, cs[i].units);
            }
        }
    }

    /// @notice Records what ran and how much of it, once. Anyone may send what slot 0's lease key signed. It takes back nothing that
    /// checkpoints counted.
    /// @param orderId The order.
    /// @param epoch Slot 0's current epoch.
    /// @param reportHash The hash of the integrity report.
    /// @param units What that lease has served since it began.
    /// @param key Slot 0's lease key and its signature over `reportDigest`.
    function submitReport(uint64 orderId, uint32 epoch, bytes32 reportHash, uint128 units, KeySignature calldata key) external {
        (Order storage order, Lease storage head) = _headOf(orderId, epoch);
        KeySignatures.checkKey(key, head.keyHash);
        _askRules();

        order.reported = true;
        order.reportedAt = Clock.timeNow();
        order.reportHash = reportHash;
        uint128 total = order.total(head.fromUnits, units, Clock.timeNow());
        if (total > order.units) order.units = total;
        emit ReportSubmitted(orderId, epoch, reportHash, units, order.units, _count(order));
        REPORTS.append(orderId, 0, epoch, reportHash, head.keyHash);
    }

    /// @notice Divides the deposit of an order that has reported and whose dispute window is over, or that its customer lets be over.
    /// @param orderId The order; with no open sub-orders.
    function settle(uint64 orderId) external {
        (Order storage order, uint64 until) = _reported(orderId);
        if (Clock.timeNow() < until && msg.sender != order.customer) revert DisputeWindowOpen(until, Clock.timeNow());
        _end(orderId, order, Status.Completed, 0);
    }

    /// @notice Ends an order that is past its end and has no report: what checkpoints counted is paid, the rest refunded. Anyone may call.
    /// @param orderId The order; with no open sub-orders.
    function expire(uint64 orderId) external {
        Order storage order = _active(orderId);
        if (order.reported) revert ReportAlreadySubmitted(orderId);
        if (Clock.timeNow() < order.endsAt) revert NotYetEnded(order.endsAt, Clock.timeNow());
        _end(orderId, order, Status.Expired, 0);
    }

    /// @inheritdoc IOrderBook
    function dispute(uint64 orderId) external onlyCourt {
        (Order storage order, uint64 until) = _reported(orderId);
        if (Clock.timeNow() >= until) revert DisputeWindowOver(until, Clock.timeNow());
        order.status = Status.Disputed;
        emit OrderDisputed(orderId, _count(order));
    }

    /// @inheritdoc IOrderBook
    function resolve(uint64 orderId, uint16 customerBps) external onlyCourt {
        if (customerBps > BPS) revert BpsOutOfRange(customerBps, BPS);
        Order storage order = _known(orderId);
        if (order.status != Status.Disputed) revert WrongStatus(orderId, order.status);
        _end(orderId, order, Status.Completed, customerBps);
    }

    /// @notice Frees the stakes of a provider whose leases were replaced, once a disputable order is over. Anyone may call.
    /// @param orderId The order, in a terminal state.
    /// @param provider The provider.
    function releaseStake(uint64 orderId, address provider) external {
        Status status = _known(orderId).status;
        if (status < Status.Completed || status == Status.Disputed) revert WrongStatus(orderId, status);
        PROVIDERS.unlockAll(provider, orderId);
    }

    /// @inheritdoc IOrderBook
    function getOrder(uint64 orderId) external view returns (Order memory) {
        return _orders[orderId];
    }

    /// @inheritdoc IOrderBook
    function statusOf(uint64 orderId) external view returns (Status) {
        return _orders[orderId].status;
    }

    /// @inheritdoc IOrderBook
    function getLease(uint64 orderId, uint8 slot) external view returns (Lease memory) {
        return _leases[orderId][slot];
    }

    /// @notice An asset of an order; one that it does not have has offerId 0.
    /// @param orderId The order.
    /// @param index Which, from 0.
    function getAsset(uint64 orderId, uint8 index) external view returns (Asset memory) {
        return _assets[orderId][index];
    }

    /// @notice What the authority signs to give a slot to the owner of an offer.
    /// @param orderId The order.
    /// @param slot The slot.
    /// @param epoch The epoch.
    /// @param offerId The compute offer.
    /// @param measurement What the guest's evidence showed.
    /// @param keyHash SHA-256 of x‖y of the lease key.
    function leaseDigest(uint64 orderId, uint8 slot, uint32 epoch, uint64 offerId, bytes32 measurement, bytes32 keyHash)
        external
        view
        returns (bytes32)
    {
        return RULES.leaseDigest(orderId, slot, epoch, offerId, measurement, keyHash);
    }

    /// @notice What slot 0's lease key signs to count units.
    /// @param orderId The order.
    /// @param epoch Slot 0's epoch.
    /// @param units What that lease has served since it began.
    function checkpointDigest(uint64 orderId, uint32 epoch, uint128 units) external view returns (bytes32) {
        return RULES.checkpointDigest(orderId, epoch, units);
    }

    /// @notice What slot 0's lease key signs to report.
    /// @param orderId The order.
    /// @param epoch Slot 0's epoch.
    /// @param reportHash The hash of the integrity report.
    /// @param units What that lease has served since it began.
    function reportDigest(uint64 orderId, uint32 epoch, bytes32 reportHash, uint128 units) external view returns (bytes32) {
        return RULES.reportDigest(orderId, epoch, reportHash, units);
    }

    function _placeAndLock(address customer, Request calldata request, AssetUse[] calldata assets) private returns (uint64 orderId) {
        orderId = _place(customer, request, assets, 0);
        VAULT.lock(_purse(orderId), request.token, customer, request.deposit);
    }

    function _place(address customer, Request calldata request, AssetUse[] calldata assets, uint64 parentId)
        private
        whenNotPaused
        returns (uint64 orderId)
    {
        // The cast keeps the value: it is at most the unit price.
        // forge-lint: disable-next-line(unsafe-typecast)
        uint128 computePrice = uint128(_askRules());
        orderId = ++orderCount;
        _claimExternalId(customer, request.externalId, orderId);
        Order storage order = _orders[orderId];
        order.customer = customer;
        order.endsAt = request.endsAt;
        order.status = Status.Open;
        order.slots = request.slots;
        order.token = request.token;
        order.disputeWindow = request.disputeWindow;
        order.unitsPerSecondMax = request.unitsPerSecondMax;
        order.callback = request.callback;
        order.parentId = parentId;
        order.policyVersion = MEASUREMENTS.policyVersion();
        order.manifestHash = request.manifestHash;
        order.authorityKeyHash = request.authorityKeyHash;
        order.externalId = request.externalId;
        order.deposit = request.deposit;
        order.unitPrice = request.unitPrice;
        order.computePrice = computePrice;
        emit OrderPlaced(orderId, customer, request.externalId, request, computePrice, parentId, order.policyVersion, _count(order));
        _pinAssets(orderId, order, assets);
    }

    function _pinAssets(uint64 orderId, Order storage order, AssetUse[] calldata assets) private {
        // The cast keeps the value: there are at most MAX_ASSETS.
        // forge-lint: disable-next-line(unsafe-typecast)
        uint8 count = uint8(assets.length);
        order.assets = count;
        for (uint8 i; i < count; i++) {
            AssetUse calldata use = assets[i];
            (address owner, uint128 unitPrice) = OFFERS.assetPrice(use.offerId, use.version, order.token);
            _assets[orderId][i] = Asset({offerId: use.offerId, version: use.version, owner: owner, unitPrice: unitPrice});
            emit AssetUsed(orderId, use.offerId, use.version, owner, unitPrice, _count(order));
        }
    }

    function _claimExternalId(address customer, bytes32 externalId, uint64 orderId) private {
        if (externalId == 0) return;
        if (orderByExternalId[customer][externalId] != 0) revert ExternalIdUsed(customer, externalId);
        orderByExternalId[customer][externalId] = orderId;
    }

    function _assign(OrderRules.LeaseTerms memory terms, KeySignature calldata authority) private {
        Order storage order = _active(terms.orderId);
        if (order.reported) revert ReportAlreadySubmitted(terms.orderId);
        if (terms.slot >= order.slots) revert UnknownSlot(terms.slot, order.slots);
        Lease storage lease = _leases[terms.orderId][terms.slot];
        if (terms.epoch <= lease.epoch) revert StaleEpoch(terms.epoch, lease.epoch);
        KeySignatures.checkKey(authority, order.authorityKeyHash);
        _askRules();
        if (!MEASUREMENTS.isActive(terms.measurement)) revert MeasurementNotActive(terms.measurement);

        bool first = lease.epoch == 0;
        if (!first) _replace(terms.orderId, order, lease, terms.slot);
        (address provider, bytes32 nodeId) = OFFERS.take(terms.offerId, order.authorityKeyHash, order.token, order.slotPrice(terms.slot));
        PROVIDERS.lockForLease(provider, nodeId, terms.orderId);
        lease.provider = provider;
        lease.epoch = terms.epoch;
        lease.offerId = terms.offerId;
        lease.keyHash = terms.keyHash;
        lease.fromUnits = order.units;
        _tellLease(terms, provider, order);
        if (first && ++order.leasedSlots == order.slots) {
            order.status = Status.Running;
            order.startedAt = Clock.timeNow();
            emit OrderRunning(terms.orderId, _count(order));
        }
    }

    /// @dev Pays the lease that is about to be overwritten. Its stake stays locked while the order can be disputed.
    function _replace(uint64 orderId, Order storage order, Lease storage lease, uint8 slot) private {
        uint128 amount = _payLease(orderId, order, lease, slot, 0);
        order.paid += amount;
        emit LeasePaid(orderId, slot, lease.epoch, lease.provider, amount, _count(order));
        if (order.disputeWindow == 0) PROVIDERS.unlock(lease.provider, orderId);
    }

    function _tellLease(OrderRules.LeaseTerms memory terms, address provider, Order storage order) private {
        emit LeaseAssigned(
            terms.orderId, terms.slot, terms.epoch, provider, terms.offerId, terms.measurement, terms.keyHash, order.units, _count(order)
        );
    }

    /// @dev Ends an order in a terminal state: pays every asset and every current lease for the units counted, less the customer's share,
    /// gives back capacity and stakes, and refunds the rest. The callback comes last, when everything is done.
    function _end(uint64 orderId, Order storage order, Status status, uint16 customerBps) private {
        if (order.openChildren != 0) revert OpenSubOrders(orderId, order.openChildren);
        order.status = status;
        uint128 paid = order.paid + _payAssets(orderId, order, customerBps) + _endLeases(orderId, order, customerBps);
        uint128 refunded = order.deposit - order.drawn - paid;
        order.paid = paid;
        order.refunded = refunded;
        if (status == Status.Completed) emit OrderSettled(orderId, paid, refunded, _count(order));
        else if (status == Status.Expired) emit OrderExpired(orderId, paid, refunded, _count(order));
        else emit OrderCancelled(orderId, refunded, _count(order));

        _refund(orderId, order, refunded);
        if (order.callback != address(0)) _call(orderId, order);
    }

    function _payAssets(uint64 orderId, Order storage order, uint16 customerBps) private returns (uint128 paid) {
        for (uint8 i; i < order.assets; i++) {
            Asset storage asset = _assets[orderId][i];
            paid += _pay(orderId, asset.owner, _less(uint256(asset.unitPrice) * order.units, customerBps));
        }
    }

    function _endLeases(uint64 orderId, Order storage order, uint16 customerBps) private returns (uint128 paid) {
        for (uint8 slot; slot < order.slots; slot++) {
            Lease storage lease = _leases[orderId][slot];
            if (lease.epoch == 0) continue;
            paid += _payLease(orderId, order, lease, slot, customerBps);
            PROVIDERS.unlockAll(lease.provider, orderId);
        }
    }

    function _payLease(uint64 orderId, Order storage order, Lease storage lease, uint8 slot, uint16 customerBps) private returns (uint128) {
        OFFERS.give(lease.offerId);
        return _pay(orderId, PROVIDERS.payoutOf(lease.provider), _less(order.earned(lease, slot), customerBps));
    }

    function _pay(uint64 orderId, address to, uint256 amount) private returns (uint128) {
        // The cast keeps the value: see OrderMath.
        // forge-lint: disable-next-line(unsafe-typecast)
        if (amount != 0) VAULT.release(_purse(orderId), to, uint128(amount));
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint128(amount);
    }

    function _refund(uint64 orderId, Order storage order, uint128 amount) private {
        uint64 parentId = order.parentId;
        if (parentId == 0) {
            _pay(orderId, order.customer, amount);
            return;
        }
        Order storage parent = _orders[parentId];
        parent.openChildren--;
        parent.drawn -= amount;
        emit SubOrderEnded(parentId, orderId, amount, _count(parent));
        if (amount != 0) VAULT.transfer(_purse(orderId), _purse(parentId), amount);
    }

    /// @dev A callback can do nothing to the order: it gets a fixed amount of gas, all of it or the whole call fails; what it returns is not
    /// copied; and whether it succeeds is told, and otherwise of no effect.
    function _call(uint64 orderId, Order storage order) private {
        bytes memory data =
            abi.encodeCall(IOrderCallback.onOrderEnded, (orderId, uint8(order.status), order.reportHash, order.paid, order.refunded));
        address callback = order.callback;
        if (gasleft() < GAS_FOR_CALLBACK) revert TooLittleGas(gasleft(), GAS_FOR_CALLBACK);
        bool success;
        uint256 gasGiven = CALLBACK_GAS;
        assembly ("memory-safe") {
            success := call(gasGiven, callback, 0, add(data, 0x20), mload(data), 0, 0)
        }
        emit CallbackCalled(orderId, success);
    }

    function _count(Order storage order) private returns (uint32) {
        return ++order.events;
    }

    /// @dev Hands this call on to RULES, which has a view of the same name and the same arguments, and reverts as that does.
    function _askRules() private view returns (uint256 answer) {
        address rules = address(RULES);
        assembly ("memory-safe") {
            let data := mload(0x40)
            calldatacopy(data, 0, calldatasize())
            if iszero(staticcall(gas(), rules, data, calldatasize(), 0, 0x20)) {
                returndatacopy(data, 0, returndatasize())
                revert(data, returndatasize())
            }
            answer := mload(0)
        }
    }

    function _onlyCourt() private view {
        if (msg.sender != COURT) revert NotCourt(msg.sender);
    }

    function _known(uint64 orderId) private view returns (Order storage order) {
        order = _orders[orderId];
        if (order.status == Status.None) revert UnknownOrder(orderId);
    }

    /// @dev Not over, and not disputed.
    function _active(uint64 orderId) private view returns (Order storage order) {
        order = _known(orderId);
        if (order.status > Status.Closing) revert WrongStatus(orderId, order.status);
    }

    /// @dev Running or closing.
    function _started(uint64 orderId) private view returns (Order storage order) {
        order = _active(orderId);
        if (order.status == Status.Open) revert WrongStatus(orderId, order.status);
    }

    /// @dev Running or closing and not reported, and slot 0's lease, if that is its epoch.
    function _headOf(uint64 orderId, uint32 epoch) private view returns (Order storage order, Lease storage head) {
        order = _started(orderId);
        if (order.reported) revert ReportAlreadySubmitted(orderId);
        head = _leases[orderId][0];
        if (epoch != head.epoch) revert StaleEpoch(epoch, head.epoch);
    }

    /// @dev Reported and not over, and the end of its dispute window.
    function _reported(uint64 orderId) private view returns (Order storage order, uint64 until) {
        order = _started(orderId);
        if (!order.reported) revert NoReport(orderId);
        until = order.reportedAt + order.disputeWindow;
    }

    /// @dev Open or running, and not reported: its deposit may still change.
    function _extendable(uint64 orderId) private view returns (Order storage order) {
        order = _active(orderId);
        if (order.status == Status.Closing) revert WrongStatus(orderId, order.status);
        if (order.reported) revert ReportAlreadySubmitted(orderId);
    }

    /// @dev Names what only RULES reads.
    function _inCalldata(uint64, bytes calldata) private pure {}

    function _less(uint256 amount, uint16 customerBps) private pure returns (uint256) {
        return amount * (BPS - customerBps) / BPS;
    }

    function _purse(uint64 orderId) private pure returns (bytes32) {
        return bytes32(uint256(orderId));
    }
}
